/// Every decomposition mapping of UnicodeData.txt, Unicode 14.0.0 (unicode.org/ucd), in the form that
/// `UnicodeDecompositions` reads.
enum UnicodeDecompositionData {
    static let lines = """
        4g k w;4o k w lk;4q k 2p;4v k w lg;4y k 1e;4z k 1f;50 k w ld;51 k qk;54 k w mf;55 k 1d;\
        56 k 33;58 k 1d 6dg 1g;59 k 1d 6dg 1e;5a k 1f 6dg 1g;5c c 1t lc;5d c 1t ld;5e c 1t le;\
        5f c 1t lf;5g c 1t lk;5h c 1t lm;5j c 1v mf;5k c 1x lc;5l c 1x ld;5m c 1x le;5n c 1x lk;\
        5o c 21 lc;5p c 21 ld;5q c 21 le;5r c 21 lk;5t c 26 lf;5u c 27 lc;5v c 27 ld;5w c 27 le;\
        5x c 27 lf;5y c 27 lk;61 c 2d lc;62 c 2d ld;63 c 2d le;64 c 2d lk;65 c 2h ld;68 c 2p lc;\
        69 c 2p ld;6a c 2p le;6b c 2p lf;6c c 2p lk;6d c 2p lm;6f c 2r mf;6g c 2t lc;6h c 2t ld;\
        6i c 2t le;6j c 2t lk;6k c 2x lc;6l c 2x ld;6m c 2x le;6n c 2x lk;6p c 32 lf;6q c 33 lc;\
        6r c 33 ld;6s c 33 le;6t c 33 lf;6u c 33 lk;6x c 39 lc;6y c 39 ld;6z c 39 le;70 c 39 lk;\
        71 c 3d ld;73 c 3d lk;74 c 1t lg;75 c 2p lg;76 c 1t li;77 c 2p li;78 c 1t mg;79 c 2p mg;\
        7a c 1v ld;7b c 2r ld;7c c 1v le;7d c 2r le;7e c 1v lj;7f c 2r lj;7g c 1v lo;7h c 2r lo;\
        7i c 1w lo;7j c 2s lo;7m c 1x lg;7n c 2t lg;7o c 1x li;7p c 2t li;7q c 1x lj;7r c 2t lj;\
        7s c 1x mg;7t c 2t mg;7u c 1x lo;7v c 2t lo;7w c 1z le;7x c 2v le;7y c 1z li;7z c 2v li;\
        80 c 1z lj;81 c 2v lj;82 c 1z mf;83 c 2v mf;84 c 20 le;85 c 2w le;88 c 21 lf;89 c 2x lf;\
        8a c 21 lg;8b c 2x lg;8c c 21 li;8d c 2x li;8e c 21 mg;8f c 2x mg;8g c 21 lj;8i k 21 22;\
        8j k 2x 2y;8k c 22 le;8l c 2y le;8m c 23 mf;8n c 2z mf;8p c 24 ld;8q c 30 ld;8r c 24 mf;\
        8s c 30 mf;8t c 24 lo;8u c 30 lo;8v k 24 53;8w k 30 53;8z c 26 ld;90 c 32 ld;91 c 26 mf;\
        92 c 32 mf;93 c 26 lo;94 c 32 lo;95 k jg 32;98 c 27 lg;99 c 33 lg;9a c 27 li;9b c 33 li;\
        9c c 27 ln;9d c 33 ln;9g c 2a ld;9h c 36 ld;9i c 2a mf;9j c 36 mf;9k c 2a lo;9l c 36 lo;\
        9m c 2b ld;9n c 37 ld;9o c 2b le;9p c 37 le;9q c 2b mf;9r c 37 mf;9s c 2b lo;9t c 37 lo;\
        9u c 2c mf;9v c 38 mf;9w c 2c lo;9x c 38 lo;a0 c 2d lf;a1 c 39 lf;a2 c 2d lg;a3 c 39 lg;\
        a4 c 2d li;a5 c 39 li;a6 c 2d lm;a7 c 39 lm;a8 c 2d ln;a9 c 39 ln;aa c 2d mg;ab c 39 mg;\
        ac c 2f le;ad c 3b le;ae c 2h le;af c 3d le;ag c 2h lk;ah c 2i ld;ai c 3e ld;aj c 2i lj;\
        ak c 3e lj;al c 2i lo;am c 3e lo;an k 37;bk c 27 m3;bl c 33 m3;bz c 2d m3;c0 c 39 m3;\
        ck k 1w al;cl k 1w am;cm k 2s am;cn k 24 22;co k 24 2y;cp k 30 2y;cq k 26 22;cr k 26 2y;\
        cs k 32 2y;ct c 1t lo;cu c 2p lo;cv c 21 lo;cw c 2x lo;cx c 27 lo;cy c 33 lo;cz c 2d lo;\
        d0 c 39 lo;d1 c 64 lg;d2 c 70 lg;d3 c 64 ld;d4 c 70 ld;d5 c 64 lo;d6 c 70 lo;d7 c 64 lc;\
        d8 c 70 lc;da c 5g lg;db c 6c lg;dc c fa lg;dd c fb lg;de c 5i lg;df c 6e lg;di c 1z lo;\
        dj c 2v lo;dk c 23 lo;dl c 2z lo;dm c 27 mg;dn c 33 mg;do c dm lg;dp c dn lg;dq c c7 lo;\
        dr c ia lo;ds c 2y lo;dt k 1w 2i;du k 1w 3e;dv k 2s 3e;dw c 1z ld;dx c 2v ld;e0 c 26 lc;\
        e1 c 32 lc;e2 c 5h ld;e3 c 6d ld;e4 c 5i ld;e5 c 6e ld;e6 c 60 ld;e7 c 6w ld;e8 c 1t lr;\
        e9 c 2p lr;ea c 1t lt;eb c 2p lt;ec c 1x lr;ed c 2t lr;ee c 1x lt;ef c 2t lt;eg c 21 lr;\
        eh c 2x lr;ei c 21 lt;ej c 2x lt;ek c 27 lr;el c 33 lr;em c 27 lt;en c 33 lt;eo c 2a lr;\
        ep c 36 lr;eq c 2a lt;er c 36 lt;es c 2d lr;et c 39 lr;eu c 2d lt;ev c 39 lt;ew c 2b me;\
        ex c 37 me;ey c 2c me;ez c 38 me;f2 c 20 lo;f3 c 2w lo;fa c 1t lj;fb c 2p lj;fc c 1x mf;\
        fd c 2t mf;fe c 5y lg;ff c 6u lg;fg c 5x lg;fh c 6t lg;fi c 27 lj;fj c 33 lj;fk c fi lg;\
        fl c fj lg;fm c 2h lg;fn c 3d lg;j4 k 2w;j5 k h2;j6 k 2y;j7 k 36;j8 k hl;j9 k hn;\
        ja k ht;jb k 3b;jc k 3d;k8 k w li;k9 k w lj;ka k w lm;kb k w mg;kc k w lf;kd k w ln;\
        kg k gz;kh k 30;ki k 37;kj k 3c;kk k id;n4 d lc;n5 d ld;n7 d lv;n8 d lk ld;ok d jd;\
        oq k w n9;ou d 1n;p0 k w ld;p1 c 4o ld;p2 c pd ld;p3 d 53;p4 c ph ld;p5 c pj ld;\
        p6 c pl ld;p8 c pr ld;pa c px ld;pb c q1 ld;pc c qy ld;q2 c pl lk;q3 c px lk;q4 c q9 ld;\
        q5 c qd ld;q6 c qf ld;q7 c qh ld;q8 c qz ld;qy c qh lk;qz c qt lk;r0 c qn ld;r1 c qt ld;\
        r2 c qx ld;r4 k qa;r5 k qg;r6 k px;r7 c r6 ld;r8 c r6 lk;r9 k qu;ra k qo;s0 k qi;\
        s1 k qp;s2 k qq;s4 k pk;s5 k qd;s9 k pv;sg c t1 lc;sh c t1 lk;sj c sz ld;sn c sm lk;\
        ss c t6 ld;st c t4 lc;su c tf li;t5 c t4 li;u1 c u0 li;uo c tx lc;up c tx lk;ur c tv ld;\
        uv c uu lk;v0 c u2 ld;v1 c u0 lc;v2 c ub li;vq c vo lr;vr c vp lr;xt c t2 li;xu c ty li;\
        y8 c sw li;y9 c ts li;ya c sw lk;yb c ts lk;ye c t1 li;yf c tx li;yi c yg lk;yj c yh lk;\
        yk c t2 lk;yl c ty lk;ym c t3 lk;yn c tz lk;yq c t4 lg;yr c u0 lg;ys c t4 lk;yt c u0 lk;\
        yu c ta lk;yv c u6 lk;yy c yw lk;yz c yx lk;z0 c tp lk;z1 c ul lk;z2 c tf lg;z3 c ub lg;\
        z4 c tf lk;z5 c ub lk;z6 c tf ln;z7 c ub ln;z8 c tj lk;z9 c uf lk;zc c tn lk;zd c uj lk;\
        13b k 12d 136;17m c 17r 18z;17n c 17r 190;17o c 18o 190;17p c 17r 191;17q c 18q 190;\
        19x k 17r 19w;19y k 18o 19w;19z k 1c7 19w;1a0 k 18q 19w;1c0 c 1cl 190;1c2 c 1c1 190;\
        1cj c 1ci 190;1t5 c 1t4 1to;1td c 1tc 1to;1tg c 1tf 1to;1ug d 1sl 1to;1uh d 1sm 1to;\
        1ui d 1sn 1to;1uj d 1ss 1to;1uk d 1sx 1to;1ul d 1sy 1to;1um d 1t7 1to;1un d 1tb 1to;\
        1xn c 1xj 1xa;1xo c 1xj 1xz;1y4 d 1wh 1x8;1y5 d 1wi 1x8;1y7 d 1wv 1x8;20j d 20i 20s;\
        20m d 20o 20s;21l d 1zq 20s;21m d 1zr 20s;21n d 1zw 20s;21q d 20b 20s;288 c 287 28m;\
        28b c 287 27y;28c c 287 28n;28s d 275 27w;28t d 276 27w;2ac c 2aa 2c7;2bu c 2bq 2bi;\
        2bv c 2br 2bi;2bw c 2bq 2c7;2fc c 2fa 2fq;2io c 2in 2j9;2iv c 2iu 2j9;2iw c 2iu 2ja;\
        2iy c 2iu 2iq;2iz c 2iy 2j9;2mi c 2me 2m6;2mj c 2mf 2m6;2mk c 2me 2mv;2qi c 2qh 2q2;\
        2qk c 2qh 2q7;2ql c 2qk 2q2;2qm c 2qh 2qn;2sz k 2tp 2sy;2wj k 2x9 2wi;2xo k 2wb 2vt;\
        2xp k 2wb 2w1;2z0 k 2yz;30j d 30i 33r;30t d 30s 33r;30y d 30x 33r;313 d 312 33r;\
        318 d 317 33r;31l d 30g 33p;31v d 31t 31u;31x d 31t 31w;31y d 33m 328;31z k 33m 329;\
        320 d 33n 328;321 k 33n 329;329 d 31t 328;32r d 32q 33r;331 d 330 33r;336 d 335 33r;\
        33b d 33a 33r;33g d 33f 33r;33t d 32o 33p;36u c 36t 372;3cs k 3bw;5c6 c 5c5 5dh;\
        5c8 c 5c7 5dh;5ca c 5c9 5dh;5cc c 5cb 5dh;5ce c 5cd 5dh;5ci c 5ch 5dh;5dn c 5dm 5dh;\
        5dp c 5do 5dh;5ds c 5dq 5dh;5dt c 5dr 5dh;5dv c 5du 5dh;5rg k 1t;5rh k 5i;5ri k 1u;\
        5rk k 1w;5rl k 1x;5rm k b2;5rn k 1z;5ro k 20;5rp k 21;5rq k 22;5rr k 23;5rs k 24;\
        5rt k 25;5ru k 26;5rw k 27;5rx k f6;5ry k 28;5rz k 2a;5s0 k 2c;5s1 k 2d;5s2 k 2f;\
        5s3 k 2p;5s4 k gg;5s5 k gh;5s6 k 5qa;5s7 k 2q;5s8 k 2s;5s9 k 2t;5sa k gp;5sb k gr;\
        5sc k gs;5sd k 2v;5sf k 2z;5sg k 31;5sh k 97;5si k 33;5sj k gk;5sk k 5qu;5sl k 5qv;\
        5sm k 34;5sn k 38;5so k 39;5sp k 5r1;5sq k hb;5sr k 3a;5ss k 5r9;5st k qa;5su k qb;\
        5sv k qc;5sw k qu;5sx k qv;5sy k 2x;5sz k 36;5t0 k 39;5t1 k 3a;5t2 k qa;5t3 k qb;\
        5t4 k qp;5t5 k qu;5t6 k qv;5tk k u5;5uj k gi;5uk k 2r;5ul k gl;5um k 6o;5un k gs;\
        5uo k 2u;5up k gv;5uq k gx;5ur k h1;5us k h4;5ut k h5;5uu k h6;5uv k 5tn;5uw k il;\
        5ux k h9;5uy k 5tx;5uz k in;5v0 k hd;5v1 k hc;5v2 k he;5v3 k hf;5v4 k hg;5v5 k hh;\
        5v6 k hk;5v7 k hu;5v8 k hv;5v9 k bv;5va k i1;5vb k i2;5vc k 5r0;5vd k i3;5ve k i4;\
        5vf k 3e;5vg k i8;5vh k i9;5vi k ia;5vj k qg;5xc c 1t md;5xd c 2p md;5xe c 1u lj;\
        5xf c 2q lj;5xg c 1u mb;5xh c 2q mb;5xi c 1u mp;5xj c 2q mp;5xk c 5j ld;5xl c 6f ld;\
        5xm c 1w lj;5xn c 2s lj;5xo c 1w mb;5xp c 2s mb;5xq c 1w mp;5xr c 2s mp;5xs c 1w mf;\
        5xt c 2s mf;5xu c 1w ml;5xv c 2s ml;5xw c 7m lc;5xx c 7n lc;5xy c 7m ld;5xz c 7n ld;\
        5y0 c 1x ml;5y1 c 2t ml;5y2 c 1x mo;5y3 c 2t mo;5y4 c fc li;5y5 c fd li;5y6 c 1y lj;\
        5y7 c 2u lj;5y8 c 1z lg;5y9 c 2v lg;5ya c 20 lj;5yb c 2w lj;5yc c 20 mb;5yd c 2w mb;\
        5ye c 20 lk;5yf c 2w lk;5yg c 20 mf;5yh c 2w mf;5yi c 20 mm;5yj c 2w mm;5yk c 21 mo;\
        5yl c 2x mo;5ym c 5r ld;5yn c 6n ld;5yo c 23 ld;5yp c 2z ld;5yq c 23 mb;5yr c 2z mb;\
        5ys c 23 mp;5yt c 2z mp;5yu c 24 mb;5yv c 30 mb;5yw c 5yu lg;5yx c 5yv lg;5yy c 24 mp;\
        5yz c 30 mp;5z0 c 24 ml;5z1 c 30 ml;5z2 c 25 ld;5z3 c 31 ld;5z4 c 25 lj;5z5 c 31 lj;\
        5z6 c 25 mb;5z7 c 31 mb;5z8 c 26 lj;5z9 c 32 lj;5za c 26 mb;5zb c 32 mb;5zc c 26 mp;\
        5zd c 32 mp;5ze c 26 ml;5zf c 32 ml;5zg c 5x ld;5zh c 6t ld;5zi c 5x lk;5zj c 6t lk;\
        5zk c 98 lc;5zl c 99 lc;5zm c 98 ld;5zn c 99 ld;5zo c 28 ld;5zp c 34 ld;5zq c 28 lj;\
        5zr c 34 lj;5zs c 2a lj;5zt c 36 lj;5zu c 2a mb;5zv c 36 mb;5zw c 5zu lg;5zx c 5zv lg;\
        5zy c 2a mp;5zz c 36 mp;600 c 2b lj;601 c 37 lj;602 c 2b mb;603 c 37 mb;604 c 9m lj;\
        605 c 9n lj;606 c 9s lj;607 c 9t lj;608 c 602 lj;609 c 603 lj;60a c 2c lj;60b c 38 lj;\
        60c c 2c mb;60d c 38 mb;60e c 2c mp;60f c 38 mp;60g c 2c ml;60h c 38 ml;60i c 2d mc;\
        60j c 39 mc;60k c 2d mo;60l c 39 mo;60m c 2d ml;60n c 39 ml;60o c a0 ld;60p c a1 ld;\
        60q c a2 lk;60r c a3 lk;60s c 2e lf;60t c 3a lf;60u c 2e mb;60v c 3a mb;60w c 2f lc;\
        60x c 3b lc;60y c 2f ld;60z c 3b ld;610 c 2f lk;611 c 3b lk;612 c 2f lj;613 c 3b lj;\
        614 c 2f mb;615 c 3b mb;616 c 2g lj;617 c 3c lj;618 c 2g lk;619 c 3c lk;61a c 2h lj;\
        61b c 3d lj;61c c 2i le;61d c 3e le;61e c 2i mb;61f c 3e mb;61g c 2i mp;61h c 3e mp;\
        61i c 2w mp;61j c 38 lk;61k c 3b lm;61l c 3d lm;61m k 2p ji;61n c an lj;61s c 1t mb;\
        61t c 2p mb;61u c 1t ll;61v c 2p ll;61w c 5e ld;61x c 6a ld;61y c 5e lc;61z c 6a lc;\
        620 c 5e ll;621 c 6a ll;622 c 5e lf;623 c 6a lf;624 c 61s le;625 c 61t le;626 c 76 ld;\
        627 c 77 ld;628 c 76 lc;629 c 77 lc;62a c 76 ll;62b c 77 ll;62c c 76 lf;62d c 77 lf;\
        62e c 61s li;62f c 61t li;62g c 1x mb;62h c 2t mb;62i c 1x ll;62j c 2t ll;62k c 1x lf;\
        62l c 2t lf;62m c 5m ld;62n c 6i ld;62o c 5m lc;62p c 6i lc;62q c 5m ll;62r c 6i ll;\
        62s c 5m lf;62t c 6i lf;62u c 62g le;62v c 62h le;62w c 21 ll;62x c 2x ll;62y c 21 mb;\
        62z c 2x mb;630 c 27 mb;631 c 33 mb;632 c 27 ll;633 c 33 ll;634 c 5w ld;635 c 6s ld;\
        636 c 5w lc;637 c 6s lc;638 c 5w ll;639 c 6s ll;63a c 5w lf;63b c 6s lf;63c c 630 le;\
        63d c 631 le;63e c bk ld;63f c bl ld;63g c bk lc;63h c bl lc;63i c bk ll;63j c bl ll;\
        63k c bk lf;63l c bl lf;63m c bk mb;63n c bl mb;63o c 2d mb;63p c 39 mb;63q c 2d ll;\
        63r c 39 ll;63s c bz ld;63t c c0 ld;63u c bz lc;63v c c0 lc;63w c bz ll;63x c c0 ll;\
        63y c bz lf;63z c c0 lf;640 c bz mb;641 c c0 mb;642 c 2h lc;643 c 3d lc;644 c 2h mb;\
        645 c 3d mb;646 c 2h ll;647 c 3d ll;648 c 2h lf;649 c 3d lf;64g c q9 lv;64h c q9 lw;\
        64i c 64g lc;64j c 64h lc;64k c 64g ld;64l c 64h ld;64m c 64g n6;64n c 64h n6;\
        64o c pd lv;64p c pd lw;64q c 64o lc;64r c 64p lc;64s c 64o ld;64t c 64p ld;\
        64u c 64o n6;64v c 64p n6;64w c qd lv;64x c qd lw;64y c 64w lc;64z c 64x lc;\
        650 c 64w ld;651 c 64x ld;654 c ph lv;655 c ph lw;656 c 654 lc;657 c 655 lc;\
        658 c 654 ld;659 c 655 ld;65c c qf lv;65d c qf lw;65e c 65c lc;65f c 65d lc;\
        65g c 65c ld;65h c 65d ld;65i c 65c n6;65j c 65d n6;65k c pj lv;65l c pj lw;\
        65m c 65k lc;65n c 65l lc;65o c 65k ld;65p c 65l ld;65q c 65k n6;65r c 65l n6;\
        65s c qh lv;65t c qh lw;65u c 65s lc;65v c 65t lc;65w c 65s ld;65x c 65t ld;\
        65y c 65s n6;65z c 65t n6;660 c pl lv;661 c pl lw;662 c 660 lc;663 c 661 lc;\
        664 c 660 ld;665 c 661 ld;666 c 660 n6;667 c 661 n6;668 c qn lv;669 c qn lw;\
        66a c 668 lc;66b c 669 lc;66c c 668 ld;66d c 669 ld;66g c pr lv;66h c pr lw;\
        66i c 66g lc;66j c 66h lc;66k c 66g ld;66l c 66h ld;66o c qt lv;66p c qt lw;\
        66q c 66o lc;66r c 66p lc;66s c 66o ld;66t c 66p ld;66u c 66o n6;66v c 66p n6;\
        66x c px lw;66z c 66x lc;671 c 66x ld;673 c 66x n6;674 c qx lv;675 c qx lw;676 c 674 lc;\
        677 c 675 lc;678 c 674 ld;679 c 675 ld;67a c 674 n6;67b c 675 n6;67c c q1 lv;\
        67d c q1 lw;67e c 67c lc;67f c 67d lc;67g c 67c ld;67h c 67d ld;67i c 67c n6;\
        67j c 67d n6;67k c q9 lc;67l d q4;67m c qd lc;67n d q5;67o c qf lc;67p d q6;67q c qh lc;\
        67r d q7;67s c qn lc;67t d r0;67u c qt lc;67v d r1;67w c qx lc;67x d r2;680 c 64g n9;\
        681 c 64h n9;682 c 64i n9;683 c 64j n9;684 c 64k n9;685 c 64l n9;686 c 64m n9;\
        687 c 64n n9;688 c 64o n9;689 c 64p n9;68a c 64q n9;68b c 64r n9;68c c 64s n9;\
        68d c 64t n9;68e c 64u n9;68f c 64v n9;68g c 65c n9;68h c 65d n9;68i c 65e n9;\
        68j c 65f n9;68k c 65g n9;68l c 65h n9;68m c 65i n9;68n c 65j n9;68o c 65k n9;\
        68p c 65l n9;68q c 65m n9;68r c 65n n9;68s c 65o n9;68t c 65p n9;68u c 65q n9;\
        68v c 65r n9;68w c 674 n9;68x c 675 n9;68y c 676 n9;68z c 677 n9;690 c 678 n9;\
        691 c 679 n9;692 c 67a n9;693 c 67b n9;694 c 67c n9;695 c 67d n9;696 c 67e n9;\
        697 c 67f n9;698 c 67g n9;699 c 67h n9;69a c 67i n9;69b c 67j n9;69c c q9 li;\
        69d c q9 lg;69e c 67k n9;69f c q9 n9;69g c q4 n9;69i c q9 n6;69j c 69i n9;69k c pd li;\
        69l c pd lg;69m c pd lc;69n d p2;69o c pd n9;69p k w lv;69q d qh;69r k w lv;69s k w n6;\
        69t c 4o n6;69u c 67o n9;69v c qf n9;69w c q6 n9;69y c qf n6;69z c 69y n9;6a0 c ph lc;\
        6a1 d p4;6a2 c pj lc;6a3 d p5;6a4 c pj n9;6a5 c 69r lc;6a6 c 69r ld;6a7 c 69r n6;\
        6a8 c qh li;6a9 c qh lg;6aa c qy lc;6ab d pc;6ae c qh n6;6af c qy n6;6ag c pl li;\
        6ah c pl lg;6ai c pl lc;6aj d p6;6al c 6bi lc;6am c 6bi ld;6an c 6bi n6;6ao c qt li;\
        6ap c qt lg;6aq c qz lc;6ar d q8;6as c qp lv;6at c qp lw;6au c qt n6;6av c qz n6;\
        6aw c px li;6ax c px lg;6ay c px lc;6az d pa;6b0 c pt lw;6b1 c 4o lc;6b2 d p1;6b3 d 2o;\
        6b6 c 67w n9;6b7 c qx n9;6b8 c r2 n9;6ba c qx n6;6bb c 6ba n9;6bc c pr lc;6bd d p8;\
        6be c q1 lc;6bf d pb;6bg c q1 n9;6bh d 50;6bi k w lw;6bk d 6bm;6bl d 6bn;6bm k w;\
        6bn k w;6bo k w;6bp k w;6bq k w;6br k w;6bs k w;6bt k w;6bu k w;6c1 k 6c0;6c7 k w mr;\
        6ck k 1a;6cl k 1a 1a;6cm k 1a 1a 1a;6cv k w;6cz k 6cy 6cy;6d0 k 6cy 6cy 6cy;\
        6d2 k 6d1 6d1;6d3 k 6d1 6d1 6d1;6d8 k x x;6da k w lh;6dj k 1r 1r;6dk k 1r x;6dl k x 1r;\
        6dz k 6cy 6cy 6cy 6cy;6e7 k w;6eo k 1c;6ep k 2x;6es k 1g;6et k 1h;6eu k 1i;6ev k 1j;\
        6ew k 1k;6ex k 1l;6ey k 17;6ez k 6qa;6f0 k 1p;6f1 k 14;6f2 k 15;6f3 k 32;6f4 k 1c;\
        6f5 k 1d;6f6 k 1e;6f7 k 1f;6f8 k 1g;6f9 k 1h;6fa k 1i;6fb k 1j;6fc k 1k;6fd k 1l;\
        6fe k 17;6ff k 6qa;6fg k 1p;6fh k 14;6fi k 15;6fk k 2p;6fl k 2t;6fm k 33;6fn k 3c;\
        6fo k gp;6fp k 2w;6fq k 2z;6fr k 30;6fs k 31;6ft k 32;6fu k 34;6fv k 37;6fw k 38;\
        6g8 k 2a 37;6io k 2p 1b 2r;6ip k 2p 1b 37;6iq k 1v;6ir k 4w 1v;6it k 2r 1b 33;\
        6iu k 2r 1b 39;6iv k b4;6ix k 4w 1y;6iy k 2v;6iz k 20;6j0 k 20;6j1 k 20;6j2 k 2w;\
        6j3 k 87;6j4 k 21;6j5 k 21;6j6 k 24;6j7 k 30;6j9 k 26;6ja k 26 33;6jd k 28;6je k 29;\
        6jf k 2a;6jg k 2a;6jh k 2a;6jk k 2b 25;6jl k 2c 1x 24;6jm k 2c 25;6jo k 2i;6jq d q1;\
        6js k 2i;6ju d 23;6jv d 5h;6jw k 1u;6jx k 1v;6jz k 2t;6k0 k 1x;6k1 k 1y;6k3 k 25;\
        6k4 k 33;6k5 k 15c;6k6 k 15d;6k7 k 15e;6k8 k 15f;6k9 k 2x;6kb k 1y 1t 2g;6kc k qo;\
        6kd k qb;6ke k pf;6kf k ps;6kg k 6q9;6kl k 1w;6km k 2s;6kn k 2t;6ko k 2x;6kp k 2y;\
        6kw k 1d 6dg 1j;6kx k 1d 6dg 1l;6ky k 1d 6dg 1d 1c;6kz k 1d 6dg 1f;6l0 k 1e 6dg 1f;\
        6l1 k 1d 6dg 1h;6l2 k 1e 6dg 1h;6l3 k 1f 6dg 1h;6l4 k 1g 6dg 1h;6l5 k 1d 6dg 1i;\
        6l6 k 1h 6dg 1i;6l7 k 1d 6dg 1k;6l8 k 1f 6dg 1k;6l9 k 1h 6dg 1k;6la k 1j 6dg 1k;\
        6lb k 1d 6dg;6lc k 21;6ld k 21 21;6le k 21 21 21;6lf k 21 2e;6lg k 2e;6lh k 2e 21;\
        6li k 2e 21 21;6lj k 2e 21 21 21;6lk k 21 2g;6ll k 2g;6lm k 2g 21;6ln k 2g 21 21;\
        6lo k 24;6lp k 1v;6lq k 1w;6lr k 25;6ls k 2x;6lt k 2x 2x;6lu k 2x 2x 2x;6lv k 2x 3a;\
        6lw k 3a;6lx k 3a 2x;6ly k 3a 2x 2x;6lz k 3a 2x 2x 2x;6m0 k 2x 3c;6m1 k 3c;6m2 k 3c 2x;\
        6m3 k 3c 2x 2x;6m4 k 30;6m5 k 2r;6m6 k 2s;6m7 k 31;6mh k 1c 6dg 1f;6my c 6mo mw;\
        6mz c 6mq mw;6ni c 6ms mw;6od c 6og mw;6oe c 6ok mw;6of c 6oi mw;6pw c 6pv mw;\
        6q1 c 6q0 mw;6q4 c 6q3 mw;6qs c 6qr mw;6qu c 6qt mw;6r0 k 6qz 6qz;6r1 k 6qz 6qz 6qz;\
        6r3 k 6r2 6r2;6r4 k 6r2 6r2 6r2;6rl c 6rg mw;6ro c 6rn mw;6rr c 6rp mw;6rt c 6rs mw;\
        6sg c 1p mw;6si c 6sh mw;6st c 6rx mw;6su c 1o mw;6sv c 1q mw;6sw c 6sk mw;6sx c 6sl mw;\
        6t0 c 6sy mw;6t1 c 6sz mw;6t4 c 6t2 mw;6t5 c 6t3 mw;6tc c 6t6 mw;6td c 6t7 mw;\
        6tg c 6te mw;6th c 6tf mw;6tk c 6ti mw;6tl c 6tj mw;6uk c 6ua mw;6ul c 6ug mw;\
        6um c 6uh mw;6un c 6uj mw;6w0 c 6t8 mw;6w1 c 6t9 mw;6w2 c 6tt mw;6w3 c 6tu mw;\
        6wa c 6uq mw;6wb c 6ur mw;6wc c 6us mw;6wd c 6ut mw;6y1 d 9hk;6y2 d 9hl;76o k 1d;\
        76p k 1e;76q k 1f;76r k 1g;76s k 1h;76t k 1i;76u k 1j;76v k 1k;76w k 1l;76x k 1d 1c;\
        76y k 1d 1d;76z k 1d 1e;770 k 1d 1f;771 k 1d 1g;772 k 1d 1h;773 k 1d 1i;774 k 1d 1j;\
        775 k 1d 1k;776 k 1d 1l;777 k 1e 1c;778 k 14 1d 15;779 k 14 1e 15;77a k 14 1f 15;\
        77b k 14 1g 15;77c k 14 1h 15;77d k 14 1i 15;77e k 14 1j 15;77f k 14 1k 15;\
        77g k 14 1l 15;77h k 14 1d 1c 15;77i k 14 1d 1d 15;77j k 14 1d 1e 15;77k k 14 1d 1f 15;\
        77l k 14 1d 1g 15;77m k 14 1d 1h 15;77n k 14 1d 1i 15;77o k 14 1d 1j 15;\
        77p k 14 1d 1k 15;77q k 14 1d 1l 15;77r k 14 1e 1c 15;77s k 1d 1a;77t k 1e 1a;\
        77u k 1f 1a;77v k 1g 1a;77w k 1h 1a;77x k 1i 1a;77y k 1j 1a;77z k 1k 1a;780 k 1l 1a;\
        781 k 1d 1c 1a;782 k 1d 1d 1a;783 k 1d 1e 1a;784 k 1d 1f 1a;785 k 1d 1g 1a;\
        786 k 1d 1h 1a;787 k 1d 1i 1a;788 k 1d 1j 1a;789 k 1d 1k 1a;78a k 1d 1l 1a;\
        78b k 1e 1c 1a;78c k 14 2p 15;78d k 14 2q 15;78e k 14 2r 15;78f k 14 2s 15;\
        78g k 14 2t 15;78h k 14 2u 15;78i k 14 2v 15;78j k 14 2w 15;78k k 14 2x 15;\
        78l k 14 2y 15;78m k 14 2z 15;78n k 14 30 15;78o k 14 31 15;78p k 14 32 15;\
        78q k 14 33 15;78r k 14 34 15;78s k 14 35 15;78t k 14 36 15;78u k 14 37 15;\
        78v k 14 38 15;78w k 14 39 15;78x k 14 3a 15;78y k 14 3b 15;78z k 14 3c 15;\
        790 k 14 3d 15;791 k 14 3e 15;792 k 1t;793 k 1u;794 k 1v;795 k 1w;796 k 1x;797 k 1y;\
        798 k 1z;799 k 20;79a k 21;79b k 22;79c k 23;79d k 24;79e k 25;79f k 26;79g k 27;\
        79h k 28;79i k 29;79j k 2a;79k k 2b;79l k 2c;79m k 2d;79n k 2e;79o k 2f;79p k 2g;\
        79q k 2h;79r k 2i;79s k 2p;79t k 2q;79u k 2r;79v k 2s;79w k 2t;79x k 2u;79y k 2v;\
        79z k 2w;7a0 k 2x;7a1 k 2y;7a2 k 2z;7a3 k 30;7a4 k 31;7a5 k 32;7a6 k 33;7a7 k 34;\
        7a8 k 35;7a9 k 36;7aa k 37;7ab k 38;7ac k 39;7ad k 3a;7ae k 3b;7af k 3c;7ag k 3d;\
        7ah k 3e;7ai k 1c;8b0 k 6qz 6qz 6qz 6qz;8dw k 1m 1m 1p;8dx k 1p 1p;8dy k 1p 1p 1p;\
        8gs d 8gt mw;8sc k 2y;8sd k 2e;8z3 k 8yp;97j k lal;99v k vj3;9a8 k feo;9a9 k ffs;\
        9aa k fg6;9ab k fgf;9ac k fh5;9ad k fid;9ae k fik;9af k fj4;9ag k fju;9ah k g1r;\
        9ai k g2t;9aj k g2z;9ak k g3m;9al k g46;9am k g4r;9an k g68;9ao k g6t;9ap k g74;\
        9aq k gbf;9ar k ge1;9as k get;9at k gey;9au k gfs;9av k gg1;9aw k ggs;9ax k gh5;\
        9ay k ghu;9az k gja;9b0 k gjs;9b1 k gkj;9b2 k h5j;9b3 k h7j;9b4 k hkb;9b5 k hky;\
        9b6 k hl6;9b7 k hlh;9b8 k hlz;9b9 k ho3;9ba k i1c;9bb k i2o;9bc k i60;9bd k i6n;\
        9be k i76;9bf k i7s;9bg k i9a;9bh k i9d;9bi k ijf;9bj k ijp;9bk k ik1;9bl k ike;\
        9bm k inm;9bn k inu;9bo k inz;9bp k ir8;9bq k iri;9br k irv;9bs k is3;9bt k its;\
        9bu k iu9;9bv k iur;9bw k iwz;9bx k jd4;9by k jee;9bz k jez;9c0 k jzj;9c1 k jzo;\
        9c2 k k1z;9c3 k k2f;9c4 k k2s;9c5 k k3d;9c6 k k4g;9c7 k k4l;9c8 k kc0;9c9 k kco;\
        9ca k kdk;9cb k l5s;9cc k l7m;9cd k l89;9ce k l9v;9cf k laj;9cg k las;9ch k laz;\
        9ci k lcf;9cj k lck;9ck k ldg;9cl k m7f;9cm k mju;9cn k mk6;9co k mkb;9cp k mkf;\
        9cq k mkn;9cr k ml5;9cs k ml7;9ct k mng;9cu k mtg;9cv k mtl;9cw k n30;9cx k n3a;\
        9cy k n4o;9cz k n4v;9d0 k n54;9d1 k n5c;9d2 k n7v;9d3 k n82;9d4 k nee;9d5 k nel;\
        9d6 k nfy;9d7 k ngf;9d8 k nhq;9d9 k nob;9da k noi;9db k noz;9dc k ny2;9dd k o1k;\
        9de k o1q;9df k o6s;9dg k o97;9dh k oah;9di k okz;9dj k ooo;9dk k p4m;9dl k p5d;\
        9dm k p6y;9dn k p8d;9do k pa9;9dp k pak;9dq k paq;9dr k pbn;9ds k pdr;9dt k pe1;\
        9du k pnn;9dv k pnu;9dw k po3;9dx k poc;9dy k pos;9dz k pp7;9e0 k ppb;9e1 k pri;\
        9e2 k prm;9e3 k prs;9e4 k qj1;9e5 k qjv;9e6 k qww;9e7 k qx8;9e8 k qxv;9e9 k r5q;\
        9ea k r63;9eb k r82;9ec k r9c;9ed k rp3;9ee k rpi;9ef k rpx;9eg k rqw;9eh k rrx;\
        9ei k rxg;9ej k rxs;9ek k rzn;9el k s6j;9em k s7e;9en k sd7;9eo k sds;9ep k sdx;\
        9eq k sk1;9er k sp5;9es k ssm;9et k sss;9eu k ssx;9ev k tiv;9ew k tj4;9ex k tng;\
        9ey k trq;9ez k trt;9f0 k tt4;9f1 k tw1;9f2 k twe;9f3 k twi;9f4 k twp;9f5 k tzf;\
        9f6 k u0d;9f7 k u0j;9f8 k u0x;9f9 k u5k;9fa k u6z;9fb k u73;9fc k uc6;9fd k uc9;\
        9fe k ucs;9ff k ujs;9fg k ul4;9fh k ulb;9fi k un9;9fj k unj;9fk k unm;9fl k unw;\
        9fm k uoq;9fn k uzp;9fo k vat;9fp k vb3;9fq k vc5;9fr k vcr;9fs k vcz;9ft k vd9;\
        9fu k vdd;9fv k veh;9fw k vel;9fx k vf2;9fy k vf7;9fz k vfk;9g0 k vgb;9g1 k vgq;\
        9g2 k vgy;9g3 k vil;9g4 k vj0;9g5 k vj4;9hc k w;9iu k 9hu;9iw k gg1;9ix k gg4;9iy k gg5;\
        9jg c 9jf 9ll;9ji c 9jh 9ll;9jk c 9jj 9ll;9jm c 9jl 9ll;9jo c 9jn 9ll;9jq c 9jp 9ll;\
        9js c 9jr 9ll;9ju c 9jt 9ll;9jw c 9jv 9ll;9jy c 9jx 9ll;9k0 c 9jz 9ll;9k2 c 9k1 9ll;\
        9k5 c 9k4 9ll;9k7 c 9k6 9ll;9k9 c 9k8 9ll;9kg c 9kf 9ll;9kh c 9kf 9lm;9kj c 9ki 9ll;\
        9kk c 9ki 9lm;9km c 9kl 9ll;9kn c 9kl 9lm;9kp c 9ko 9ll;9kq c 9ko 9lm;9ks c 9kr 9ll;\
        9kt c 9kr 9lm;9lg c 9ja 9ll;9ln k w 9ll;9lo k w 9lm;9lq c 9lp 9ll;9lr k 9l4 9l6;\
        9m4 c 9m3 9ll;9m6 c 9m5 9ll;9m8 c 9m7 9ll;9ma c 9m9 9ll;9mc c 9mb 9ll;9me c 9md 9ll;\
        9mg c 9mf 9ll;9mi c 9mh 9ll;9mk c 9mj 9ll;9mm c 9ml 9ll;9mo c 9mn 9ll;9mq c 9mp 9ll;\
        9mt c 9ms 9ll;9mv c 9mu 9ll;9mx c 9mw 9ll;9n4 c 9n3 9ll;9n5 c 9n3 9lm;9n7 c 9n6 9ll;\
        9n8 c 9n6 9lm;9na c 9n9 9ll;9nb c 9n9 9lm;9nd c 9nc 9ll;9ne c 9nc 9lm;9ng c 9nf 9ll;\
        9nh c 9nf 9lm;9o4 c 9ly 9ll;9o7 c 9nz 9ll;9o8 c 9o0 9ll;9o9 c 9o1 9ll;9oa c 9o2 9ll;\
        9oe c 9od 9ll;9of k 9mb 9mw;9pt k 3cw;9pu k 3cx;9pv k 3hm;9pw k 3cy;9px k 3ho;9py k 3hp;\
        9pz k 3cz;9q0 k 3d0;9q1 k 3d1;9q2 k 3hs;9q3 k 3ht;9q4 k 3hu;9q5 k 3hv;9q6 k 3hw;\
        9q7 k 3hx;9q8 k 3dm;9q9 k 3d2;9qa k 3d3;9qb k 3d4;9qc k 3dt;9qd k 3d5;9qe k 3d6;\
        9qf k 3d7;9qg k 3d8;9qh k 3d9;9qi k 3da;9qj k 3db;9qk k 3dc;9ql k 3dd;9qm k 3de;\
        9qn k 3fl;9qo k 3fm;9qp k 3fn;9qq k 3fo;9qr k 3fp;9qs k 3fq;9qt k 3fr;9qu k 3fs;\
        9qv k 3ft;9qw k 3fu;9qx k 3fv;9qy k 3fw;9qz k 3fx;9r0 k 3fy;9r1 k 3fz;9r2 k 3g0;\
        9r3 k 3g1;9r4 k 3g2;9r5 k 3g3;9r6 k 3g4;9r7 k 3g5;9r8 k 3fk;9r9 k 3dg;9ra k 3dh;\
        9rb k 3if;9rc k 3ig;9rd k 3ik;9re k 3im;9rf k 3ir;9rg k 3iv;9rh k 3ix;9ri k 3do;\
        9rj k 3j1;9rk k 3j3;9rl k 3dp;9rm k 3dq;9rn k 3ds;9ro k 3du;9rp k 3dv;9rq k 3dz;\
        9rr k 3e1;9rs k 3e3;9rt k 3e4;9ru k 3e5;9rv k 3e6;9rw k 3e7;9rx k 3ea;9ry k 3ee;\
        9rz k 3eo;9s0 k 3ev;9s1 k 3f0;9s2 k 3jl;9s3 k 3jm;9s4 k 3fb;9s5 k 3fc;9s6 k 3fd;\
        9s7 k 3gk;9s8 k 3gl;9s9 k 3go;9sa k 3gx;9sb k 3gy;9sc k 3h0;9sd k 3ha;9se k 3hd;\
        9si k feo;9sj k fik;9sk k fex;9sl k h5n;9sm k fey;9sn k ffx;9so k fez;9sp k n5e;\
        9sq k fh5;9sr k ffd;9ss k fep;9st k hm1;9su k h80;9sv k fju;9vk k 14 3cw 15;\
        9vl k 14 3cy 15;9vm k 14 3cz 15;9vn k 14 3d1 15;9vo k 14 3d2 15;9vp k 14 3d3 15;\
        9vq k 14 3d5 15;9vr k 14 3d7 15;9vs k 14 3d8 15;9vt k 14 3da 15;9vu k 14 3db 15;\
        9vv k 14 3dc 15;9vw k 14 3dd 15;9vx k 14 3de 15;9vy k 14 3cw 3fl 15;9vz k 14 3cy 3fl 15;\
        9w0 k 14 3cz 3fl 15;9w1 k 14 3d1 3fl 15;9w2 k 14 3d2 3fl 15;9w3 k 14 3d3 3fl 15;\
        9w4 k 14 3d5 3fl 15;9w5 k 14 3d7 3fl 15;9w6 k 14 3d8 3fl 15;9w7 k 14 3da 3fl 15;\
        9w8 k 14 3db 3fl 15;9w9 k 14 3dc 3fl 15;9wa k 14 3dd 3fl 15;9wb k 14 3de 3fl 15;\
        9wc k 14 3d8 3fy 15;9wd k 14 3d7 3ft 3d8 3fp 3hn 15;9we k 14 3d7 3ft 3de 3fy 15;\
        9wg k 14 feo 15;9wh k 14 fik 15;9wi k 14 fex 15;9wj k 14 h5n 15;9wk k 14 fis 15;\
        9wl k 14 g31 15;9wm k 14 fer 15;9wn k 14 g2z 15;9wo k 14 fh9 15;9wp k 14 gg1 15;\
        9wq k 14 kco 15;9wr k 14 m7f 15;9ws k 14 ldg 15;9wt k 14 kdk 15;9wu k 14 ssx 15;\
        9wv k 14 h7j 15;9ww k 14 k4l 15;9wx k 14 kkq 15;9wy k 14 kcp 15;9wz k 14 ny6 15;\
        9x0 k 14 glp 15;9x1 k 14 mm1 15;9x2 k 14 rs1 15;9x3 k 14 nz1 15;9x4 k 14 gc4 15;\
        9x5 k 14 fkz 15;9x6 k 14 gos 15;9x7 k 14 i1y 15;9x8 k 14 nhf 15;9x9 k 14 flt 15;\
        9xa k 14 rt3 15;9xb k 14 ggk 15;9xc k 14 nzh 15;9xd k 14 fm9 15;9xe k 14 pnu 15;\
        9xf k 14 po3 15;9xg k gun;9xh k inw;9xi k k1z;9xj k oen;9xs k 28 2c 1x;9xt k 1e 1d;\
        9xu k 1e 1e;9xv k 1e 1f;9xw k 1e 1g;9xx k 1e 1h;9xy k 1e 1i;9xz k 1e 1j;9y0 k 1e 1k;\
        9y1 k 1e 1l;9y2 k 1f 1c;9y3 k 1f 1d;9y4 k 1f 1e;9y5 k 1f 1f;9y6 k 1f 1g;9y7 k 1f 1h;\
        9y8 k 3cw;9y9 k 3cy;9ya k 3cz;9yb k 3d1;9yc k 3d2;9yd k 3d3;9ye k 3d5;9yf k 3d7;\
        9yg k 3d8;9yh k 3da;9yi k 3db;9yj k 3dc;9yk k 3dd;9yl k 3de;9ym k 3cw 3fl;9yn k 3cy 3fl;\
        9yo k 3cz 3fl;9yp k 3d1 3fl;9yq k 3d2 3fl;9yr k 3d3 3fl;9ys k 3d5 3fl;9yt k 3d7 3fl;\
        9yu k 3d8 3fl;9yv k 3da 3fl;9yw k 3db 3fl;9yx k 3dc 3fl;9yy k 3dd 3fl;9yz k 3de 3fl;\
        9z0 k 3da 3fl 3hz 3cw 3ft;9z1 k 3d8 3fy 3d7 3g4;9z2 k 3d7 3fy;9z4 k feo;9z5 k fik;\
        9z6 k fex;9z7 k h5n;9z8 k fis;9z9 k g31;9za k fer;9zb k g2z;9zc k fh9;9zd k gg1;\
        9ze k kco;9zf k m7f;9zg k ldg;9zh k kdk;9zi k ssx;9zj k h7j;9zk k k4l;9zl k kkq;\
        9zm k kcp;9zn k ny6;9zo k glp;9zp k mm1;9zq k rs1;9zr k nz1;9zs k gc4;9zt k o2g;\
        9zu k n5j;9zv k ho3;9zw k six;9zx k g16;9zy k ghc;9zz k lig;a00 k u11;a01 k fm9;\
        a02 k g49;a03 k l7n;a04 k fey;a05 k ffx;a06 k fez;a07 k ijq;a08 k gkz;a09 k gfv;\
        a0a k i3b;a0b k i1y;a0c k nhf;a0d k flt;a0e k rt3;a0f k ggk;a0g k hlo;a0h k 1f 1i;\
        a0i k 1f 1j;a0j k 1f 1k;a0k k 1f 1l;a0l k 1g 1c;a0m k 1g 1d;a0n k 1g 1e;a0o k 1g 1f;\
        a0p k 1g 1g;a0q k 1g 1h;a0r k 1g 1i;a0s k 1g 1j;a0t k 1g 1k;a0u k 1g 1l;a0v k 1h 1c;\
        a0w k 1d kco;a0x k 1e kco;a0y k 1f kco;a0z k 1g kco;a10 k 1h kco;a11 k 1i kco;\
        a12 k 1j kco;a13 k 1k kco;a14 k 1l kco;a15 k 1d 1c kco;a16 k 1d 1d kco;a17 k 1d 1e kco;\
        a18 k 20 2v;a19 k 2t 36 2v;a1a k 2t 2e;a1b k 24 2c 1w;a1c k 9lu;a1d k 9lw;a1e k 9ly;\
        a1f k 9m0;a1g k 9m2;a1h k 9m3;a1i k 9m5;a1j k 9m7;a1k k 9m9;a1l k 9mb;a1m k 9md;\
        a1n k 9mf;a1o k 9mh;a1p k 9mj;a1q k 9ml;a1r k 9mn;a1s k 9mp;a1t k 9ms;a1u k 9mu;\
        a1v k 9mw;a1w k 9my;a1x k 9mz;a1y k 9n0;a1z k 9n1;a20 k 9n2;a21 k 9n3;a22 k 9n6;\
        a23 k 9n9;a24 k 9nc;a25 k 9nf;a26 k 9ni;a27 k 9nj;a28 k 9nk;a29 k 9nl;a2a k 9nm;\
        a2b k 9no;a2c k 9nq;a2d k 9ns;a2e k 9nt;a2f k 9nu;a2g k 9nv;a2h k 9nw;a2i k 9nx;\
        a2j k 9nz;a2k k 9o0;a2l k 9o1;a2m k 9o2;a2n k fl0 gp8;a2o k 9lu 9n5 9oc 9mw;\
        a2p k 9lu 9nv 9n9 9lt;a2q k 9lu 9o3 9ne 9lu;a2r k 9lu 9oc 9nv;a2s k 9lw 9mz 9o3 9m8;\
        a2t k 9lw 9o3 9mp;a2u k 9ly 9m1 9o3;a2v k 9m0 9mh 9m7 9oc 9mx;a2w k 9m0 9oc 9m3 9oc;\
        a2x k 9m2 9o3 9mh;a2y k 9m2 9oc 9nk;a2z k 9m3 9lw 9nu;a30 k 9m3 9nt 9mr 9mw;\
        a31 k 9m3 9nx 9nu 9oc;a32 k 9m4 9nx 9o3;a33 k 9m4 9o3 9ni;a34 k 9m6 9m4;\
        a35 k 9m6 9mz 9oc;a36 k 9m5 9np 9nu 9oc;a37 k 9m6 9nv 9mo 9oc;a38 k 9m5 9nx;\
        a39 k 9m5 9nx 9m8 9nt 9nk;a3a k 9m5 9nx 9nl 9oc 9mw 9nv;a3b k 9m5 9nx 9nz 9mr 9mw;\
        a3c k 9m8 9nt 9nk;a3d k 9m8 9nt 9nk 9mw 9o3;a3e k 9m7 9nv 9mk 9lw 9nx;\
        a3f k 9m7 9nx 9oc 9n1;a3g k 9m9 9oc 9mh;a3h k 9mb 9nv 9my;a3i k 9mb 9oc 9nh;\
        a3j k 9md 9lw 9m7 9nv;a3k k 9md 9o3 9mp 9oc 9nk;a3l k 9mf 9nu 9o3 9m8;a3m k 9mj 9o3 9mp;\
        a3n k 9mj 9o3 9mw;a3o k 9mo 9oc 9mh;a3p k 9mv 9mf;a3q k 9mx 9nv;a3r k 9mw 9o3;\
        a3s k 9my 9n2;a3t k 9n2 9mr 9mw;a3u k 9n3 9lw 9ms;a3v k 9n5 9oc 9mj 9o3 9mw;\
        a3w k 9n5 9oc 9ms;a3x k 9n4 9oc 9nw 9nv;a3y k 9n8 9lu 9mh 9mw 9nv;a3z k 9n8 9m7 9nv;\
        a40 k 9n8 9mb;a41 k 9n7 9nv;a42 k 9n9 9lt 9nt 9mr 9mx;a43 k 9n9 9lv 9oc 9mw;\
        a44 k 9na 9mr 9mf 9lz 9nv;a45 k 9n9 9nt 9o3;a46 k 9nc 9m7 9mn 9oc 9nv;a47 k 9ne 9ml;\
        a48 k 9ne 9mz 9n6;a49 k 9nc 9nv 9ms;a4a k 9ne 9o3 9mh;a4b k 9ne 9oc 9mg;\
        a4c k 9nd 9oc 9mn;a4d k 9nh 9lw 9o3 9mw;a4e k 9ng 9nv 9mw;a4f k 9nf 9o3;\
        a4g k 9nh 9o3 9mx;a4h k 9nf 9oc 9nv;a4i k 9nf 9oc 9o3;a4j k 9ni 9lw 9m7 9nx;\
        a4k k 9ni 9lw 9nv;a4l k 9ni 9mr 9n3;a4m k 9ni 9nv 9m7;a4n k 9ni 9o3 9mf 9nr 9o3;\
        a4o k 9nj 9m7 9nx 9o3;a4p k 9nj 9nu;a4q k 9nj 9nu 9n4 9oc 9nv;a4r k 9nl 9m4;\
        a4s k 9nl 9m4 9mw 9o3;a4t k 9nl 9oc 9mw 9nv;a4u k 9no 9oc 9mx;a4v k 9no 9oc 9nv;\
        a4w k 9nq 9lu 9o3;a4x k 9nu 9mr 9mw 9nv;a4y k 9nu 9nt;a4z k 9nv 9n8 9oc;\
        a50 k 9nv 9oc 9na 9nv;a51 k 9nw 9nk;a52 k 9nw 9o3 9mw 9ma 9o3;a53 k 9nz 9mr 9mw;\
        a54 k 1c m9l;a55 k 1d m9l;a56 k 1e m9l;a57 k 1f m9l;a58 k 1g m9l;a59 k 1h m9l;\
        a5a k 1i m9l;a5b k 1j m9l;a5c k 1k m9l;a5d k 1l m9l;a5e k 1d 1c m9l;a5f k 1d 1d m9l;\
        a5g k 1d 1e m9l;a5h k 1d 1f m9l;a5i k 1d 1g m9l;a5j k 1d 1h m9l;a5k k 1d 1i m9l;\
        a5l k 1d 1j m9l;a5m k 1d 1k m9l;a5n k 1d 1l m9l;a5o k 1e 1c m9l;a5p k 1e 1d m9l;\
        a5q k 1e 1e m9l;a5r k 1e 1f m9l;a5s k 1e 1g m9l;a5t k 2w 28 2p;a5u k 2s 2p;a5v k 1t 2d;\
        a5w k 2q 2p 36;a5x k 33 2e;a5y k 34 2r;a5z k 2s 31;a60 k 2s 31 4y;a61 k 2s 31 4z;\
        a62 k 21 2d;a63 k inn jdc;a64 k k6l gp8;a65 k hlz l7n;a66 k k5q lh7;\
        a67 k kkq irz fmi ny6;a68 k 34 1t;a69 k 32 1t;a6a k qk 1t;a6b k 31 1t;a6c k 2z 1t;\
        a6d k 23 1u;a6e k 25 1u;a6f k 1z 1u;a6g k 2r 2p 30;a6h k 2z 2r 2p 30;a6i k 34 1y;\
        a6j k 32 1y;a6k k qk 1y;a6l k qk 2v;a6m k 31 2v;a6n k 2z 2v;a6o k 20 3e;a6p k 2z 20 3e;\
        a6q k 25 20 3e;a6r k 1z 20 3e;a6s k 2c 20 3e;a6t k qk 6j7;a6u k 31 6j7;a6v k 2s 6j7;\
        a6w k 2z 6j7;a6x k 2u 31;a6y k 32 31;a6z k qk 31;a70 k 31 31;a71 k 2r 31;a72 k 2z 31;\
        a73 k 31 31 4y;a74 k 2r 31 4y;a75 k 31 4y;a76 k 2z 31 4y;a77 k 31 31 4z;a78 k 2r 31 4z;\
        a79 k 31 4z;a7a k 2z 31 4z;a7b k 31 6qd 37;a7c k 31 6qd 37 4y;a7d k 28 2p;\
        a7e k 2z 28 2p;a7f k 25 28 2p;a7g k 1z 28 2p;a7h k 36 2p 2s;a7i k 36 2p 2s 6qd 37;\
        a7j k 36 2p 2s 6qd 37 4y;a7k k 34 37;a7l k 32 37;a7m k qk 37;a7n k 31 37;a7o k 34 2e;\
        a7p k 32 2e;a7q k qk 2e;a7r k 31 2e;a7s k 2z 2e;a7t k 25 2e;a7u k 34 2f;a7v k 32 2f;\
        a7w k qk 2f;a7x k 31 2f;a7y k 2z 2f;a7z k 25 2f;a80 k 2z q1;a81 k 25 q1;\
        a82 k 2p 1a 31 1a;a83 k 1u 35;a84 k 2r 2r;a85 k 2r 2s;a86 k 1v 6qd 2z 2v;a87 k 1v 33 1a;\
        a88 k 2s 1u;a89 k 1z 3d;a8a k 2w 2p;a8b k 20 28;a8c k 2x 32;a8d k 23 23;a8e k 23 25;\
        a8f k 2z 38;a8g k 30 31;a8h k 30 32;a8i k 30 33 2v;a8j k 30 3c;a8k k 31 2q;\
        a8l k 31 2x 30;a8m k 31 33 30;a8n k 28 20;a8o k 34 1a 31 1a;a8p k 28 28 25;a8q k 28 2a;\
        a8r k 37 36;a8s k 2b 3a;a8t k 2f 2q;a8u k 2e 6qd 31;a8v k 1t 6qd 31;a8w k 1d k4l;\
        a8x k 1e k4l;a8y k 1f k4l;a8z k 1g k4l;a90 k 1h k4l;a91 k 1i k4l;a92 k 1j k4l;\
        a93 k 1k k4l;a94 k 1l k4l;a95 k 1d 1c k4l;a96 k 1d 1d k4l;a97 k 1d 1e k4l;\
        a98 k 1d 1f k4l;a99 k 1d 1g k4l;a9a k 1d 1h k4l;a9b k 1d 1i k4l;a9c k 1d 1j k4l;\
        a9d k 1d 1k k4l;a9e k 1d 1l k4l;a9f k 1e 1c k4l;a9g k 1e 1d k4l;a9h k 1e 1e k4l;\
        a9i k 1e 1f k4l;a9j k 1e 1g k4l;a9k k 1e 1h k4l;a9l k 1e 1i k4l;a9m k 1e 1j k4l;\
        a9n k 1e 1k k4l;a9o k 1e 1l k4l;a9p k 1f 1c k4l;a9q k 1f 1d k4l;a9r k 2v 2p 30;wws k ui;\
        wwt k uk;x2o k x2n;x6a k 1v;x6b k 1y;x6c k 29;x6g k 86;x6h k 9f;xuk k x0n;xul k xtj;\
        xum k h7;xun k xua;xux k i5;1d6o d rpk;1d6p d kc4;1d6q d s7e;1d6r d rt4;1d6s d lw1;\
        1d6t d fg2;1d6u d gkl;1d6v d vj0;1d6w d vj0;1d6x d hn5;1d6y d ssx;1d6z d gw7;1d70 d hmw;\
        1d71 d jcm;1d72 d ne1;1d73 d p6t;1d74 d qin;1d75 d qt6;1d76 d r20;1d77 d sjz;1d78 d kxu;\
        1d79 d ljv;1d7a d mah;1d7b d mvy;1d7c d q4d;1d7d d sq2;1d7e d uep;1d7f d fia;1d7g d ghh;\
        1d7h d l50;1d7i d mjf;1d7j d qi5;1d7k d v8e;1d7l d ifk;1d7m d m3v;1d7n d qfh;1d7o d r50;\
        1d7p d jih;1d7q d pnc;1d7r d qvz;1d7s d iq2;1d7t d kd3;1d7u d lm2;1d7v d mpo;1d7w d slq;\
        1d7x d fpi;1d7y d g53;1d7z d gda;1d80 d jwk;1d81 d l3n;1d82 d mj4;1d83 d nhj;1d84 d pa9;\
        1d85 d qh2;1d86 d qjg;1d87 d s1b;1d88 d tv6;1d89 d upb;1d8a d v7e;1d8b d nt8;1d8c d nzz;\
        1d8d d otc;1d8e d q15;1d8f d t1g;1d8g d vb3;1d8h d rfa;1d8i d hjz;1d8j d iro;1d8k d okg;\
        1d8l d pdq;1d8m d mle;1d8n d nuy;1d8o d rsy;1d8p d ttj;1d8q d hjs;1d8r d i8y;1d8s d kyb;\
        1d8t d lp6;1d8u d lxr;1d8v d oq7;1d8w d oxj;1d8x d tor;1d8y d gcy;1d8z d pe3;1d90 d g64;\
        1d91 d g5o;1d92 d o4c;1d93 d ou6;1d94 d q29;1d95 d tpx;1d96 d rk0;1d97 d jin;1d98 d kxu;\
        1d99 d rge;1d9a d fg9;1d9b d i5j;1d9c d iz6;1d9d d mtj;1d9e d n74;1d9f d gev;1d9g d nwb;\
        1d9h d fr3;1d9i d iw9;1d9j d ff1;1d9k d lho;1d9l d k1k;1d9m d opu;1d9n d gjn;1d9o d hge;\
        1d9p d ni9;1d9q d q4p;1d9r d re2;1d9s d la2;1d9t d sds;1d9u d lfs;1d9v d jjy;1d9w d put;\
        1d9x d jog;1d9y d n6t;1d9z d fji;1da0 d g2x;1da1 d g5l;1da2 d kn5;1da3 d oo7;1da4 d prj;\
        1da5 d rf6;1da6 d ssv;1da7 d gdx;1da8 d gn6;1da9 d ho3;1daa d ir0;1dab d k3p;1dac d m4e;\
        1dad d nxm;1dae d tkd;1daf d ui2;1dag d vbr;1dah d vda;1dai d gbf;1daj d kau;1dak d l87;\
        1dal d sbm;1dam d ino;1dan d j9s;1dao d jcw;1dap d jve;1daq d lyb;1dar d mdl;1das d n0p;\
        1dat d o22;1dau d ovo;1dav d pdb;1daw d s9y;1dax d q9a;1day d sgz;1daz d t3e;1db0 d g7r;\
        1db1 d gbn;1db2 d gql;1db3 d ma0;1db4 d r0i;1db5 d re2;1db6 d iq1;1db7 d iyd;1db8 d jnf;\
        1db9 d l9q;1dba d oji;1dbb d mt1;1dbc d fl0;1dbd d h6h;1dbe d i5j;1dbf d iii;1dbg d izg;\
        1dbh d muq;1dbi d mzt;1dbj d p7e;1dbk d pc6;1dbl d svo;1dbm d tti;1dbn d tvs;1dbo d u1k;\
        1dbp d fpn;1dbq d o1a;1dbr d ss4;1dbs d trs;1dbt d j4x;1dbu d fie;1dbv d fyy;1dbw d i5q;\
        1dbx d i7z;1dby d k2h;1dbz d kxu;1dc0 d mha;1dc1 d ncy;1dc2 d q9o;1dc3 d sjg;1dc4 d vil;\
        1dc5 d k94;1dc6 d tny;1dc7 d gax;1dc8 d kfv;1dc9 d kj7;1dca d lkx;1dcb d luk;1dcc d mx5;\
        1dcd d n6h;1dce d nsb;1dcf d opc;1dcg d u3i;1dch d g31;1dci d je6;1dcj d tq0;1dck d fu3;\
        1dcl d ie1;1dcm d lpm;1dcn d sa2;1dco d ivf;1dcp d j7o;1dcq d kk7;1dcr d mtj;1dcs d tqe;\
        1dct d g89;1dcu d glr;1dcv d i91;1dcw d k5v;1dcx d kem;1dcy d ko8;1dcz d lid;1dd0 d mx2;\
        1dd1 d naa;1dd2 d p6h;1dd3 d r0v;1dd4 d r1d;1dd5 d sss;1dd6 d tsy;1dd7 d gfz;1dd8 d lve;\
        1dd9 d gm5;1dda d mhc;1ddb d n14;1ddc d qgq;1ddd d tr7;1dde d uvr;1ddf d vbz;1ddg d kgn;\
        1ddh d lor;1ddi d pns;1ddj d o97;1ddk d obk;1ddl d olu;1ddm d mo0;1ddn d m8p;1ddo d riw;\
        1ddp d fk0;1ddq d px2;1ddr d g8q;1dds d g7b;1ddt d ip2;1ddu d jir;1ddv d onq;1ddw d i2t;\
        1ddx d ljy;1ddy d kac;1ddz d saj;1de0 d qx8;1de1 d tot;1de2 d r63;1de3 d iqb;1de4 d g1s;\
        1de5 d gxs;1de8 d hga;1dea d k8k;1ded d g66;1dee d mqy;1def d ngq;1deg d ny4;1deh d nz2;\
        1dei d nz9;1dej d o0f;1dek d tw6;1del d on2;1dem d p8d;1deo d qhe;1deq d rg8;1det d shk;\
        1deu d sn1;1dey d u7j;1dez d u7w;1df0 d u94;1df1 d v5g;1df2 d sm6;1df3 d trr;1df4 d fqm;\
        1df5 d fzb;1df6 d g25;1df7 d gcp;1df8 d gdg;1df9 d ggh;1dfa d gwt;1dfb d gzq;1dfc d h2g;\
        1dfd d hfk;1dfe d hig;1dff d i90;1dfg d i9a;1dfh d j2s;1dfi d j8o;1dfj d j9q;1dfk d jci;\
        1dfl d k0f;1dfm d k4i;1dfn d k9d;1dfo d kn9;1dfp d lmf;1dfq d lqy;1dfr d lya;1dfs d mem;\
        1dft d mjv;1dfu d mxu;1dfv d ntd;1dfw d ny6;1dfx d nyh;1dfy d nyg;1dfz d nyo;1dg0 d nyu;\
        1dg1 d nz1;1dg2 d o0d;1dg3 d o0e;1dg4 d o5c;1dg5 d o75;1dg6 d og0;1dg7 d ovo;1dg8 d ow9;\
        1dg9 d oxt;1dga d p6a;1dgb d pad;1dgc d pnx;1dgd d prt;1dge d prt;1dgf d q53;1dgg d r2o;\
        1dgh d r6e;1dgi d rgh;1dgj d ri1;1dgk d rtf;1dgl d ruw;1dgm d sdy;1dgn d shk;1dgo d tsz;\
        1dgp d u0v;1dgq d u2j;1dgr d j1x;1dgs d 36cu;1dgt d pp4;1dgw d ffq;1dgx d g51;\
        1dgy d g2w;1dgz d fpc;1dh0 d g1x;1dh1 d g3k;1dh2 d gcn;1dh3 d ge2;1dh4 d gwt;1dh5 d gut;\
        1dh6 d gwp;1dh7 d gyq;1dh8 d hga;1dh9 d hir;1dha d hms;1dhb d hn8;1dhc d huq;1dhd d i08;\
        1dhe d iqa;1dhf d iqh;1dhg d iuh;1dhh d iwd;1dhi d j4o;1dhj d j7y;1dhk d j60;1dhl d j9q;\
        1dhm d j8g;1dhn d jci;1dho d jec;1dhp d jpg;1dhq d jrw;1dhr d jte;1dhs d k0m;1dht d k8k;\
        1dhu d kd3;1dhv d kd7;1dhw d keu;1dhx d l89;1dhy d la2;1dhz d lkx;1di0 d lwb;1di1 d lvv;\
        1di2 d lya;1di3 d m5a;1di4 d mem;1di5 d nmv;1di6 d mk5;1di7 d mnj;1di8 d mqy;1di9 d n01;\
        1dia d n46;1dib d n5n;1dic d nbx;1did d nbz;1die d ngq;1dif d nh7;1dig d nhw;1dih d nka;\
        1dii d nk0;1dij d nv0;1dik d o8h;1dil d og0;1dim d ol7;1din d orf;1dio d ovo;1dip d p4u;\
        1diq d pad;1dir d pxu;1dis d q27;1dit d qrd;1diu d r41;1div d r5y;1diw d r6e;1dix d ren;\
        1diy d rg8;1diz d rez;1dj0 d rgh;1dj1 d rge;1dj2 d rfx;1dj3 d ri1;1dj4 d rka;1dj5 d ruw;\
        1dj6 d sag;1dj7 d sj6;1dj8 d srd;1dj9 d sxi;1dja d tq4;1djb d tsz;1djc d tw6;1djd d tzv;\
        1dje d u0v;1djf d u17;1djg d u2j;1djh d umq;1dji d vj0;1djj d 313e;1djk d 3138;\
        1djl d 33dh;1djm d brx;1djn d cns;1djo d cop;1djp d 39e1;1djq d 3bgw;1djr d 3i6r;\
        1djs d vgj;1djt d vim;1dkw k 2u 2u;1dkx k 2u 2x;1dky k 2u 30;1dkz k 2u 2u 2x;\
        1dl0 k 2u 2u 30;1dl1 k an 38;1dl2 k 37 38;1dlf k 12s 12u;1dlg k 12s 12d;1dlh k 12s 12j;\
        1dli k 132 12u;1dlj k 12s 12l;1dlp d 15l 14k;1dlr d 16a 14n;1dls k 15u;1dlt k 15c;\
        1dlu k 15f;1dlv k 15g;1dlw k 15n;1dlx k 15o;1dly k 15p;1dlz k 160;1dm0 k 162;1dm1 k 17;\
        1dm2 d 161 14x;1dm3 d 161 14y;1dm4 d 1dmx 14x;1dm5 d 1dmx 14y;1dm6 d 15c 14n;\
        1dm7 d 15c 14o;1dm8 d 15c 14s;1dm9 d 15d 14s;1dma d 15e 14s;1dmb d 15f 14s;\
        1dmc d 15g 14s;1dmd d 15h 14s;1dme d 15i 14s;1dmg d 15k 14s;1dmh d 15l 14s;\
        1dmi d 15m 14s;1dmj d 15n 14s;1dmk d 15o 14s;1dmm d 15q 14s;1dmo d 15s 14s;\
        1dmp d 15t 14s;1dmr d 15v 14s;1dms d 15w 14s;1dmu d 15y 14s;1dmv d 15z 14s;\
        1dmw d 160 14s;1dmx d 161 14s;1dmy d 162 14s;1dmz d 15h 14p;1dn0 d 15d 14v;\
        1dn1 d 15n 14v;1dn2 d 15w 14v;1dn3 k 15c 15o;1dn4 k 19t;1dn5 k 19t;1dn6 k 1a3;\
        1dn7 k 1a3;1dn8 k 1a3;1dn9 k 1a3;1dna k 1a6;1dnb k 1a6;1dnc k 1a6;1dnd k 1a6;1dne k 1a8;\
        1dnf k 1a8;1dng k 1a8;1dnh k 1a8;1dni k 1a2;1dnj k 1a2;1dnk k 1a2;1dnl k 1a2;1dnm k 1a7;\
        1dnn k 1a7;1dno k 1a7;1dnp k 1a7;1dnq k 1a1;1dnr k 1a1;1dns k 1a1;1dnt k 1a1;1dnu k 1b8;\
        1dnv k 1b8;1dnw k 1b8;1dnx k 1b8;1dny k 1ba;1dnz k 1ba;1do0 k 1ba;1do1 k 1ba;1do2 k 1ac;\
        1do3 k 1ac;1do4 k 1ac;1do5 k 1ac;1do6 k 1ab;1do7 k 1ab;1do8 k 1ab;1do9 k 1ab;1doa k 1ae;\
        1dob k 1ae;1doc k 1ae;1dod k 1ae;1doe k 1af;1dof k 1af;1dog k 1af;1doh k 1af;1doi k 1al;\
        1doj k 1al;1dok k 1ak;1dol k 1ak;1dom k 1am;1don k 1am;1doo k 1ag;1dop k 1ag;1doq k 1aw;\
        1dor k 1aw;1dos k 1ap;1dot k 1ap;1dou k 1bd;1dov k 1bd;1dow k 1bd;1dox k 1bd;1doy k 1bj;\
        1doz k 1bj;1dp0 k 1bj;1dp1 k 1bj;1dp2 k 1bn;1dp3 k 1bn;1dp4 k 1bn;1dp5 k 1bn;1dp6 k 1bl;\
        1dp7 k 1bl;1dp8 k 1bl;1dp9 k 1bl;1dpa k 1bu;1dpb k 1bu;1dpc k 1bv;1dpd k 1bv;1dpe k 1bv;\
        1dpf k 1bv;1dpg k 1c0;1dph k 1c0;1dpi k 1c1;1dpj k 1c1;1dpk k 1c1;1dpl k 1c1;1dpm k 1by;\
        1dpn k 1by;1dpo k 1by;1dpp k 1by;1dpq k 1ci;1dpr k 1ci;1dps k 1cj;1dpt k 1cj;1dqr k 1bh;\
        1dqs k 1bh;1dqt k 1bh;1dqu k 1bh;1dqv k 1c7;1dqw k 1c7;1dqx k 1c6;1dqy k 1c6;1dqz k 1c8;\
        1dr0 k 1c8;1dr1 k 19z;1dr2 k 1cb;1dr3 k 1cb;1dr4 k 1c5;1dr5 k 1c5;1dr6 k 1c9;1dr7 k 1c9;\
        1dr8 k 1cg;1dr9 k 1cg;1dra k 1cg;1drb k 1cg;1drc k 18p;1drd k 18p;1dre k 17q 17r;\
        1drf k 17q 17r;1drg k 17q 1cl;1drh k 17q 1cl;1dri k 17q 18o;1drj k 17q 18o;\
        1drk k 17q 1c7;1drl k 17q 1c7;1drm k 17q 1c6;1drn k 17q 1c6;1dro k 17q 1c8;\
        1drp k 17q 1c8;1drq k 17q 1cg;1drr k 17q 1cg;1drs k 17q 1cg;1drt k 17q 18p;\
        1dru k 17q 18p;1drv k 17q 18p;1drw k 1cc;1drx k 1cc;1dry k 1cc;1drz k 1cc;\
        1ds0 k 17q 17w;1ds1 k 17q 17x;1ds2 k 17q 18l;1ds3 k 17q 18p;1ds4 k 17q 18q;\
        1ds5 k 17s 17w;1ds6 k 17s 17x;1ds7 k 17s 17y;1ds8 k 17s 18l;1ds9 k 17s 18p;\
        1dsa k 17s 18q;1dsb k 17u 17w;1dsc k 17u 17x;1dsd k 17u 17y;1dse k 17u 18l;\
        1dsf k 17u 18p;1dsg k 17u 18q;1dsh k 17v 17w;1dsi k 17v 18l;1dsj k 17v 18p;\
        1dsk k 17v 18q;1dsl k 17w 17x;1dsm k 17w 18l;1dsn k 17x 17w;1dso k 17x 18l;\
        1dsp k 17y 17w;1dsq k 17y 17x;1dsr k 17y 18l;1dss k 183 17w;1dst k 183 17x;\
        1dsu k 183 17y;1dsv k 183 18l;1dsw k 185 17x;1dsx k 185 18l;1dsy k 186 17w;\
        1dsz k 186 17x;1dt0 k 186 17y;1dt1 k 186 18l;1dt2 k 187 17x;1dt3 k 187 18l;\
        1dt4 k 188 18l;1dt5 k 189 17w;1dt6 k 189 18l;1dt7 k 18a 17w;1dt8 k 18a 18l;\
        1dt9 k 18h 17w;1dta k 18h 17x;1dtb k 18h 17y;1dtc k 18h 18l;1dtd k 18h 18p;\
        1dte k 18h 18q;1dtf k 18i 17x;1dtg k 18i 18l;1dth k 18i 18p;1dti k 18i 18q;\
        1dtj k 18j 17r;1dtk k 18j 17w;1dtl k 18j 17x;1dtm k 18j 17y;1dtn k 18j 18k;\
        1dto k 18j 18l;1dtp k 18j 18p;1dtq k 18j 18q;1dtr k 18k 17w;1dts k 18k 17x;\
        1dtt k 18k 17y;1dtu k 18k 18l;1dtv k 18k 18p;1dtw k 18k 18q;1dtx k 18l 17w;\
        1dty k 18l 17x;1dtz k 18l 17y;1du0 k 18l 18l;1du1 k 18l 18p;1du2 k 18l 18q;\
        1du3 k 18m 17w;1du4 k 18m 17x;1du5 k 18m 17y;1du6 k 18m 18l;1du7 k 18m 18p;\
        1du8 k 18m 18q;1du9 k 18n 17w;1dua k 18n 18l;1dub k 18n 18p;1duc k 18n 18q;\
        1dud k 18q 17w;1due k 18q 17x;1duf k 18q 17y;1dug k 18q 18l;1duh k 18q 18p;\
        1dui k 18q 18q;1duj k 180 19s;1duk k 181 19s;1dul k 18p 19s;1dum k w 18s 18x;\
        1dun k w 18t 18x;1duo k w 18u 18x;1dup k w 18v 18x;1duq k w 18w 18x;1dur k w 18x 19s;\
        1dus k 17q 181;1dut k 17q 182;1duu k 17q 18l;1duv k 17q 18m;1duw k 17q 18p;\
        1dux k 17q 18q;1duy k 17s 181;1duz k 17s 182;1dv0 k 17s 18l;1dv1 k 17s 18m;\
        1dv2 k 17s 18p;1dv3 k 17s 18q;1dv4 k 17u 181;1dv5 k 17u 182;1dv6 k 17u 18l;\
        1dv7 k 17u 18m;1dv8 k 17u 18p;1dv9 k 17u 18q;1dva k 17v 181;1dvb k 17v 182;\
        1dvc k 17v 18l;1dvd k 17v 18m;1dve k 17v 18p;1dvf k 17v 18q;1dvg k 18h 18p;\
        1dvh k 18h 18q;1dvi k 18i 18p;1dvj k 18i 18q;1dvk k 18j 17r;1dvl k 18j 18k;\
        1dvm k 18j 18l;1dvn k 18j 18p;1dvo k 18j 18q;1dvp k 18k 18l;1dvq k 18k 18p;\
        1dvr k 18k 18q;1dvs k 18l 17r;1dvt k 18l 18l;1dvu k 18m 181;1dvv k 18m 182;\
        1dvw k 18m 18l;1dvx k 18m 18m;1dvy k 18m 18p;1dvz k 18m 18q;1dw0 k 18p 19s;\
        1dw1 k 18q 181;1dw2 k 18q 182;1dw3 k 18q 18l;1dw4 k 18q 18m;1dw5 k 18q 18p;\
        1dw6 k 18q 18q;1dw7 k 17q 17w;1dw8 k 17q 17x;1dw9 k 17q 17y;1dwa k 17q 18l;\
        1dwb k 17q 18n;1dwc k 17s 17w;1dwd k 17s 17x;1dwe k 17s 17y;1dwf k 17s 18l;\
        1dwg k 17s 18n;1dwh k 17u 17w;1dwi k 17u 17x;1dwj k 17u 17y;1dwk k 17u 18l;\
        1dwl k 17u 18n;1dwm k 17v 18l;1dwn k 17w 17x;1dwo k 17w 18l;1dwp k 17x 17w;\
        1dwq k 17x 18l;1dwr k 17y 17w;1dws k 17y 18l;1dwt k 183 17w;1dwu k 183 17x;\
        1dwv k 183 17y;1dww k 183 18l;1dwx k 185 17x;1dwy k 185 17y;1dwz k 185 18l;\
        1dx0 k 186 17w;1dx1 k 186 17x;1dx2 k 186 17y;1dx3 k 186 18l;1dx4 k 187 17x;\
        1dx5 k 188 18l;1dx6 k 189 17w;1dx7 k 189 18l;1dx8 k 18a 17w;1dx9 k 18a 18l;\
        1dxa k 18h 17w;1dxb k 18h 17x;1dxc k 18h 17y;1dxd k 18h 18l;1dxe k 18i 17x;\
        1dxf k 18i 18l;1dxg k 18j 17w;1dxh k 18j 17x;1dxi k 18j 17y;1dxj k 18j 18k;\
        1dxk k 18j 18l;1dxl k 18k 17w;1dxm k 18k 17x;1dxn k 18k 17y;1dxo k 18k 18l;\
        1dxp k 18k 18n;1dxq k 18l 17w;1dxr k 18l 17x;1dxs k 18l 17y;1dxt k 18l 18l;\
        1dxu k 18m 17w;1dxv k 18m 17x;1dxw k 18m 17y;1dxx k 18m 18l;1dxy k 18m 18n;\
        1dxz k 18n 17w;1dy0 k 18n 18l;1dy1 k 18n 19s;1dy2 k 18q 17w;1dy3 k 18q 17x;\
        1dy4 k 18q 17y;1dy5 k 18q 18l;1dy6 k 18q 18n;1dy7 k 17q 18l;1dy8 k 17q 18n;\
        1dy9 k 17s 18l;1dya k 17s 18n;1dyb k 17u 18l;1dyc k 17u 18n;1dyd k 17v 18l;\
        1dye k 17v 18n;1dyf k 183 18l;1dyg k 183 18n;1dyh k 184 18l;1dyi k 184 18n;\
        1dyj k 18j 18k;1dyk k 18j 18l;1dyl k 18k 18l;1dym k 18m 18l;1dyn k 18m 18n;\
        1dyo k 18q 18l;1dyp k 18q 18n;1dyq k 18g 18u 18x;1dyr k 18g 18v 18x;1dys k 18g 18w 18x;\
        1dyt k 187 18p;1dyu k 187 18q;1dyv k 189 18p;1dyw k 189 18q;1dyx k 18a 18p;\
        1dyy k 18a 18q;1dyz k 183 18p;1dz0 k 183 18q;1dz1 k 184 18p;1dz2 k 184 18q;\
        1dz3 k 17x 18p;1dz4 k 17x 18q;1dz5 k 17w 18p;1dz6 k 17w 18q;1dz7 k 17y 18p;\
        1dz8 k 17y 18q;1dz9 k 185 18p;1dza k 185 18q;1dzb k 186 18p;1dzc k 186 18q;\
        1dzd k 184 17w;1dze k 184 17x;1dzf k 184 17y;1dzg k 184 18l;1dzh k 184 181;\
        1dzi k 183 181;1dzj k 185 181;1dzk k 186 181;1dzl k 187 18p;1dzm k 187 18q;\
        1dzn k 189 18p;1dzo k 189 18q;1dzp k 18a 18p;1dzq k 18a 18q;1dzr k 183 18p;\
        1dzs k 183 18q;1dzt k 184 18p;1dzu k 184 18q;1dzv k 17x 18p;1dzw k 17x 18q;\
        1dzx k 17w 18p;1dzy k 17w 18q;1dzz k 17y 18p;1e00 k 17y 18q;1e01 k 185 18p;\
        1e02 k 185 18q;1e03 k 186 18p;1e04 k 186 18q;1e05 k 184 17w;1e06 k 184 17x;\
        1e07 k 184 17y;1e08 k 184 18l;1e09 k 184 181;1e0a k 183 181;1e0b k 185 181;\
        1e0c k 186 181;1e0d k 184 17w;1e0e k 184 17x;1e0f k 184 17y;1e0g k 184 18l;\
        1e0h k 183 18n;1e0i k 184 18n;1e0j k 187 18l;1e0k k 183 17w;1e0l k 183 17x;\
        1e0m k 183 17y;1e0n k 184 17w;1e0o k 184 17x;1e0p k 184 17y;1e0q k 187 18l;\
        1e0r k 188 18l;1e0s k 17r 18r;1e0t k 17r 18r;1e1c k 17u 17w 18l;1e1d k 17u 17x 17w;\
        1e1e k 17u 17x 17w;1e1f k 17u 17x 18l;1e1g k 17u 17y 18l;1e1h k 17u 18l 17w;\
        1e1i k 17u 18l 17x;1e1j k 17u 18l 17y;1e1k k 17w 18l 17x;1e1l k 17w 18l 17x;\
        1e1m k 17x 18l 18q;1e1n k 17x 18l 18p;1e1o k 183 17x 17w;1e1p k 183 17w 17x;\
        1e1q k 183 17w 18p;1e1r k 183 18l 17x;1e1s k 183 18l 17x;1e1t k 183 18l 17w;\
        1e1u k 183 18l 18l;1e1v k 183 18l 18l;1e1w k 185 17x 17x;1e1x k 185 17x 17x;\
        1e1y k 185 18l 18l;1e1z k 184 17x 18l;1e20 k 184 17x 18l;1e21 k 184 17w 18q;\
        1e22 k 184 18l 17y;1e23 k 184 18l 17y;1e24 k 184 18l 18l;1e25 k 184 18l 18l;\
        1e26 k 186 17x 18p;1e27 k 186 17y 18l;1e28 k 186 17y 18l;1e29 k 187 18l 17x;\
        1e2a k 187 18l 17x;1e2b k 187 18l 18l;1e2c k 187 18l 18q;1e2d k 189 17w 18l;\
        1e2e k 189 18l 18l;1e2f k 189 18l 18l;1e2g k 189 18l 18p;1e2h k 18a 18l 18l;\
        1e2i k 18a 18l 18q;1e2j k 18a 18l 18p;1e2k k 18h 17y 18l;1e2l k 18h 17y 18l;\
        1e2m k 18i 18l 17x;1e2n k 18i 18l 18l;1e2o k 18k 17x 18l;1e2p k 18k 17x 18q;\
        1e2q k 18k 17x 18p;1e2r k 18k 17w 17w;1e2s k 18k 17w 17w;1e2t k 18k 17y 18l;\
        1e2u k 18k 17y 18l;1e2v k 18k 18l 17x;1e2w k 18k 18l 17x;1e2x k 18l 17x 17w;\
        1e2y k 18l 17x 18l;1e2z k 18l 17x 18q;1e30 k 18l 17w 17x;1e31 k 18l 17w 18l;\
        1e32 k 18l 17y 17w;1e33 k 18l 17y 18l;1e36 k 18l 17w 17y;1e37 k 18n 18l 17w;\
        1e38 k 18n 18l 18l;1e39 k 18m 17x 18l;1e3a k 18m 17x 18p;1e3b k 18m 17w 18l;\
        1e3c k 18m 17w 18l;1e3d k 18m 17w 18p;1e3e k 18m 18l 18q;1e3f k 18m 18l 18p;\
        1e3g k 18q 18l 18l;1e3h k 18q 18l 18l;1e3i k 17s 17y 18q;1e3j k 17u 17w 18q;\
        1e3k k 17u 17w 18p;1e3l k 17u 17y 18q;1e3m k 17u 17y 18p;1e3n k 17u 18l 18q;\
        1e3o k 17u 18l 18p;1e3p k 17w 18l 18q;1e3q k 17w 17x 18p;1e3r k 17w 18l 18p;\
        1e3s k 183 17y 18p;1e3t k 185 17x 18q;1e3u k 184 17x 18q;1e3v k 186 17x 18q;\
        1e3w k 18k 17w 18q;1e3x k 18k 18l 18q;1e3y k 18q 17x 18q;1e3z k 18q 17w 18q;\
        1e40 k 18q 18l 18q;1e41 k 18l 18l 18q;1e42 k 18i 18l 18q;1e43 k 18m 17x 18q;\
        1e44 k 18i 18l 17x;1e45 k 18k 17x 18l;1e46 k 189 18l 18q;1e47 k 18j 18l 18q;\
        1e48 k 18m 17w 17x;1e49 k 18l 17y 18q;1e4a k 18k 17w 18l;1e4b k 18j 18l 18l;\
        1e4c k 18k 17w 18l;1e4d k 18m 17w 17x;1e4e k 17w 17x 18q;1e4f k 17x 17w 18q;\
        1e4g k 18l 17w 18q;1e4h k 18h 18l 18q;1e4i k 17s 17x 18q;1e4j k 18j 18l 18l;\
        1e4k k 189 17w 18l;1e4l k 185 18l 18l;1e4m k 183 17y 18q;1e4n k 18m 17w 18q;\
        1e5s k 185 18k 1ci;1e5t k 18i 18k 1ci;1e5u k 17r 18k 18k 18n;1e5v k 17r 18j 17s 181;\
        1e5w k 18l 17x 18l 17z;1e5x k 185 18k 189 18l;1e5y k 181 183 18o 18k;\
        1e5z k 189 18k 18q 18n;1e60 k 18o 183 18k 18l;1e61 k 185 18k 18p;\
        1e62 k 185 18k 18p w 17r 18k 18k 18n w 189 18k 18q 18n w 18o 183 18k 18l;\
        1e63 k 17w 18k w 17w 18k 17r 18k 18n;1e64 k 181 1cc 17r 18k;1e6o k 18;1e6p k 9hd;\
        1e6q k 9he;1e6r k 1m;1e6s k 1n;1e6t k x;1e6u k 1r;1e6v k 9hy;1e6w k 9hz;1e6x k 6cm;\
        1e7k k 6cl;1e7l k 6c4;1e7m k 6c3;1e7n k 2n;1e7o k 2n;1e7p k 14;1e7q k 15;1e7r k 3f;\
        1e7s k 3h;1e7t k 9hw;1e7u k 9hx;1e7v k 9hs;1e7w k 9ht;1e7x k 9hm;1e7y k 9hn;1e7z k 9hk;\
        1e80 k 9hl;1e81 k 9ho;1e82 k 9hp;1e83 k 9hq;1e84 k 9hr;1e87 k 2j;1e88 k 2l;1e89 k 6da;\
        1e8a k 6da;1e8b k 6da;1e8c k 6da;1e8d k 2n;1e8e k 2n;1e8f k 2n;1e8g k 18;1e8h k 9hd;\
        1e8i k 1a;1e8k k 1n;1e8l k 1m;1e8m k 1r;1e8n k x;1e8o k 6c4;1e8p k 14;1e8q k 15;\
        1e8r k 3f;1e8s k 3h;1e8t k 9hw;1e8u k 9hx;1e8v k z;1e8w k 12;1e8x k 16;1e8y k 17;\
        1e8z k 19;1e90 k 1o;1e91 k 1q;1e92 k 1p;1e94 k 2k;1e95 k 10;1e96 k 11;1e97 k 1s;\
        1e9c k w 18r;1e9d k 18g 18r;1e9e k w 18s;1e9g k w 18t;1e9i k w 18u;1e9j k 18g 18u;\
        1e9k k w 18v;1e9l k 18g 18v;1e9m k w 18w;1e9n k 18g 18w;1e9o k w 18x;1e9p k 18g 18x;\
        1e9q k w 18y;1e9r k 18g 18y;1e9s k 17l;1e9t k 17m;1e9u k 17m;1e9v k 17n;1e9w k 17n;\
        1e9x k 17o;1e9y k 17o;1e9z k 17p;1ea0 k 17p;1ea1 k 17q;1ea2 k 17q;1ea3 k 17q;1ea4 k 17q;\
        1ea5 k 17r;1ea6 k 17r;1ea7 k 17s;1ea8 k 17s;1ea9 k 17s;1eaa k 17s;1eab k 17t;1eac k 17t;\
        1ead k 17u;1eae k 17u;1eaf k 17u;1eag k 17u;1eah k 17v;1eai k 17v;1eaj k 17v;1eak k 17v;\
        1eal k 17w;1eam k 17w;1ean k 17w;1eao k 17w;1eap k 17x;1eaq k 17x;1ear k 17x;1eas k 17x;\
        1eat k 17y;1eau k 17y;1eav k 17y;1eaw k 17y;1eax k 17z;1eay k 17z;1eaz k 180;1eb0 k 180;\
        1eb1 k 181;1eb2 k 181;1eb3 k 182;1eb4 k 182;1eb5 k 183;1eb6 k 183;1eb7 k 183;1eb8 k 183;\
        1eb9 k 184;1eba k 184;1ebb k 184;1ebc k 184;1ebd k 185;1ebe k 185;1ebf k 185;1ebg k 185;\
        1ebh k 186;1ebi k 186;1ebj k 186;1ebk k 186;1ebl k 187;1ebm k 187;1ebn k 187;1ebo k 187;\
        1ebp k 188;1ebq k 188;1ebr k 188;1ebs k 188;1ebt k 189;1ebu k 189;1ebv k 189;1ebw k 189;\
        1ebx k 18a;1eby k 18a;1ebz k 18a;1ec0 k 18a;1ec1 k 18h;1ec2 k 18h;1ec3 k 18h;1ec4 k 18h;\
        1ec5 k 18i;1ec6 k 18i;1ec7 k 18i;1ec8 k 18i;1ec9 k 18j;1eca k 18j;1ecb k 18j;1ecc k 18j;\
        1ecd k 18k;1ece k 18k;1ecf k 18k;1ecg k 18k;1ech k 18l;1eci k 18l;1ecj k 18l;1eck k 18l;\
        1ecl k 18m;1ecm k 18m;1ecn k 18m;1eco k 18m;1ecp k 18n;1ecq k 18n;1ecr k 18n;1ecs k 18n;\
        1ect k 18o;1ecu k 18o;1ecv k 18p;1ecw k 18p;1ecx k 18q;1ecy k 18q;1ecz k 18q;1ed0 k 18q;\
        1ed1 k 18k 17m;1ed2 k 18k 17m;1ed3 k 18k 17n;1ed4 k 18k 17n;1ed5 k 18k 17p;\
        1ed6 k 18k 17p;1ed7 k 18k 17r;1ed8 k 18k 17r;1edd k x;1ede k y;1edf k z;1edg k 10;\
        1edh k 11;1edi k 12;1edj k 13;1edk k 14;1edl k 15;1edm k 16;1edn k 17;1edo k 18;\
        1edp k 19;1edq k 1a;1edr k 1b;1eds k 1c;1edt k 1d;1edu k 1e;1edv k 1f;1edw k 1g;\
        1edx k 1h;1edy k 1i;1edz k 1j;1ee0 k 1k;1ee1 k 1l;1ee2 k 1m;1ee3 k 1n;1ee4 k 1o;\
        1ee5 k 1p;1ee6 k 1q;1ee7 k 1r;1ee8 k 1s;1ee9 k 1t;1eea k 1u;1eeb k 1v;1eec k 1w;\
        1eed k 1x;1eee k 1y;1eef k 1z;1eeg k 20;1eeh k 21;1eei k 22;1eej k 23;1eek k 24;\
        1eel k 25;1eem k 26;1een k 27;1eeo k 28;1eep k 29;1eeq k 2a;1eer k 2b;1ees k 2c;\
        1eet k 2d;1eeu k 2e;1eev k 2f;1eew k 2g;1eex k 2h;1eey k 2i;1eez k 2j;1ef0 k 2k;\
        1ef1 k 2l;1ef2 k 2m;1ef3 k 2n;1ef4 k 2o;1ef5 k 2p;1ef6 k 2q;1ef7 k 2r;1ef8 k 2s;\
        1ef9 k 2t;1efa k 2u;1efb k 2v;1efc k 2w;1efd k 2x;1efe k 2y;1eff k 2z;1efg k 30;\
        1efh k 31;1efi k 32;1efj k 33;1efk k 34;1efl k 35;1efm k 36;1efn k 37;1efo k 38;\
        1efp k 39;1efq k 3a;1efr k 3b;1efs k 3c;1eft k 3d;1efu k 3e;1efv k 3f;1efw k 3g;\
        1efx k 3h;1efy k 3i;1efz k 879;1eg0 k 87a;1eg1 k 9he;1eg2 k 9ho;1eg3 k 9hp;1eg4 k 9hd;\
        1eg5 k 9ob;1eg6 k 9o2;1eg7 k 9lt;1eg8 k 9lv;1eg9 k 9lx;1ega k 9lz;1egb k 9m1;1egc k 9nn;\
        1egd k 9np;1ege k 9nr;1egf k 9mr;1egg k 9oc;1egh k 9lu;1egi k 9lw;1egj k 9ly;1egk k 9m0;\
        1egl k 9m2;1egm k 9m3;1egn k 9m5;1ego k 9m7;1egp k 9m9;1egq k 9mb;1egr k 9md;1egs k 9mf;\
        1egt k 9mh;1egu k 9mj;1egv k 9ml;1egw k 9mn;1egx k 9mp;1egy k 9ms;1egz k 9mu;1eh0 k 9mw;\
        1eh1 k 9my;1eh2 k 9mz;1eh3 k 9n0;1eh4 k 9n1;1eh5 k 9n2;1eh6 k 9n3;1eh7 k 9n6;1eh8 k 9n9;\
        1eh9 k 9nc;1eha k 9nf;1ehb k 9ni;1ehc k 9nj;1ehd k 9nk;1ehe k 9nl;1ehf k 9nm;1ehg k 9no;\
        1ehh k 9nq;1ehi k 9ns;1ehj k 9nt;1ehk k 9nu;1ehl k 9nv;1ehm k 9nw;1ehn k 9nx;1eho k 9nz;\
        1ehp k 9o3;1ehq k 9ll;1ehr k 9lm;1ehs k 9r8;1eht k 9pt;1ehu k 9pu;1ehv k 9pv;1ehw k 9pw;\
        1ehx k 9px;1ehy k 9py;1ehz k 9pz;1ei0 k 9q0;1ei1 k 9q1;1ei2 k 9q2;1ei3 k 9q3;1ei4 k 9q4;\
        1ei5 k 9q5;1ei6 k 9q6;1ei7 k 9q7;1ei8 k 9q8;1ei9 k 9q9;1eia k 9qa;1eib k 9qb;1eic k 9qc;\
        1eid k 9qd;1eie k 9qe;1eif k 9qf;1eig k 9qg;1eih k 9qh;1eii k 9qi;1eij k 9qj;1eik k 9qk;\
        1eil k 9ql;1eim k 9qm;1eiq k 9qn;1eir k 9qo;1eis k 9qp;1eit k 9qq;1eiu k 9qr;1eiv k 9qs;\
        1eiy k 9qt;1eiz k 9qu;1ej0 k 9qv;1ej1 k 9qw;1ej2 k 9qx;1ej3 k 9qy;1ej6 k 9qz;1ej7 k 9r0;\
        1ej8 k 9r1;1ej9 k 9r2;1eja k 9r3;1ejb k 9r4;1eje k 9r5;1ejf k 9r6;1ejg k 9r7;1ejk k 4i;\
        1ejl k 4j;1ejm k 4s;1ejn k 4v;1ejo k 4m;1ejp k 4l;1ejq k 6g9;1ejs k 7b6;1ejt k 6mo;\
        1eju k 6mp;1ejv k 6mq;1ejw k 6mr;1ejx k 7fk;1ejy k 7gr;1g1t k k0;1g1u k k1;1g1v k 6e;\
        1g1w k ih;1g1x k gj;1g1z k ir;1g20 k xuu;1g21 k it;1g22 k is;1g23 k gm;1g24 k gn;\
        1g25 k 5u9;1g26 k go;1g27 k gu;1g28 k ix;1g29 k h0;1g2a k gy;1g2b k gw;1g2c k ij;\
        1g2d k 87;1g2e k ik;1g2f k h3;1g2g k hw;1g2h k iy;1g2i k iz;1g2j k h8;1g2k k 2mmc;\
        1g2l k x3i;1g2m k ha;1g2n k 2mmd;1g2o k i6;1g2p k 2mme;1g2q k 6w;1g2r k hi;1g2s k hj;\
        1g2t k 35;1g2u k hm;1g2v k 2mmg;1g2w k hp;1g2x k hq;1g2y k hs;1g2z k iw;1g30 k iu;\
        1g31 k xuv;1g32 k iv;1g33 k i0;1g34 k 8s1;1g36 k i7;1g37 k ip;1g38 k iq;1g39 k ig;\
        1g3a k cg;1g3b k ch;1g3c k ci;1g3d k 2mmi;1g3e k 2mn2;1hui c 1huh 1hve;1huk c 1huj 1hve;\
        1huz c 1hut 1hve;1hym c 1hyp 1hyf;1hyn c 1hyq 1hyf;1idn c 1idj 1ida;1ido c 1idj 1idz;\
        1inv c 1int 1inu;1inw c 1int 1ink;1iny c 1int 1inx;1iuy c 1iuw 1iun;1iuz c 1iux 1iun;\
        1jjs c 1jjp 1jjk;2jxa d 2jx3 2jxh;2jxb d 2jx4 2jxh;2jxc d 2jxb 2jxq;2jxd d 2jxb 2jxr;\
        2jxe d 2jxb 2jxs;2jxf d 2jxb 2jxt;2jxg d 2jxb 2jxu;2jzv d 2jzt 2jxh;2jzw d 2jzu 2jxh;\
        2jzx d 2jzv 2jxq;2jzy d 2jzw 2jxq;2jzz d 2jzv 2jxr;2k00 d 2jzw 2jxr;2kg0 k 1t;2kg1 k 1u;\
        2kg2 k 1v;2kg3 k 1w;2kg4 k 1x;2kg5 k 1y;2kg6 k 1z;2kg7 k 20;2kg8 k 21;2kg9 k 22;\
        2kga k 23;2kgb k 24;2kgc k 25;2kgd k 26;2kge k 27;2kgf k 28;2kgg k 29;2kgh k 2a;\
        2kgi k 2b;2kgj k 2c;2kgk k 2d;2kgl k 2e;2kgm k 2f;2kgn k 2g;2kgo k 2h;2kgp k 2i;\
        2kgq k 2p;2kgr k 2q;2kgs k 2r;2kgt k 2s;2kgu k 2t;2kgv k 2u;2kgw k 2v;2kgx k 2w;\
        2kgy k 2x;2kgz k 2y;2kh0 k 2z;2kh1 k 30;2kh2 k 31;2kh3 k 32;2kh4 k 33;2kh5 k 34;\
        2kh6 k 35;2kh7 k 36;2kh8 k 37;2kh9 k 38;2kha k 39;2khb k 3a;2khc k 3b;2khd k 3c;\
        2khe k 3d;2khf k 3e;2khg k 1t;2khh k 1u;2khi k 1v;2khj k 1w;2khk k 1x;2khl k 1y;\
        2khm k 1z;2khn k 20;2kho k 21;2khp k 22;2khq k 23;2khr k 24;2khs k 25;2kht k 26;\
        2khu k 27;2khv k 28;2khw k 29;2khx k 2a;2khy k 2b;2khz k 2c;2ki0 k 2d;2ki1 k 2e;\
        2ki2 k 2f;2ki3 k 2g;2ki4 k 2h;2ki5 k 2i;2ki6 k 2p;2ki7 k 2q;2ki8 k 2r;2ki9 k 2s;\
        2kia k 2t;2kib k 2u;2kic k 2v;2kie k 2x;2kif k 2y;2kig k 2z;2kih k 30;2kii k 31;\
        2kij k 32;2kik k 33;2kil k 34;2kim k 35;2kin k 36;2kio k 37;2kip k 38;2kiq k 39;\
        2kir k 3a;2kis k 3b;2kit k 3c;2kiu k 3d;2kiv k 3e;2kiw k 1t;2kix k 1u;2kiy k 1v;\
        2kiz k 1w;2kj0 k 1x;2kj1 k 1y;2kj2 k 1z;2kj3 k 20;2kj4 k 21;2kj5 k 22;2kj6 k 23;\
        2kj7 k 24;2kj8 k 25;2kj9 k 26;2kja k 27;2kjb k 28;2kjc k 29;2kjd k 2a;2kje k 2b;\
        2kjf k 2c;2kjg k 2d;2kjh k 2e;2kji k 2f;2kjj k 2g;2kjk k 2h;2kjl k 2i;2kjm k 2p;\
        2kjn k 2q;2kjo k 2r;2kjp k 2s;2kjq k 2t;2kjr k 2u;2kjs k 2v;2kjt k 2w;2kju k 2x;\
        2kjv k 2y;2kjw k 2z;2kjx k 30;2kjy k 31;2kjz k 32;2kk0 k 33;2kk1 k 34;2kk2 k 35;\
        2kk3 k 36;2kk4 k 37;2kk5 k 38;2kk6 k 39;2kk7 k 3a;2kk8 k 3b;2kk9 k 3c;2kka k 3d;\
        2kkb k 3e;2kkc k 1t;2kke k 1v;2kkf k 1w;2kki k 1z;2kkl k 22;2kkm k 23;2kkp k 26;\
        2kkq k 27;2kkr k 28;2kks k 29;2kku k 2b;2kkv k 2c;2kkw k 2d;2kkx k 2e;2kky k 2f;\
        2kkz k 2g;2kl0 k 2h;2kl1 k 2i;2kl2 k 2p;2kl3 k 2q;2kl4 k 2r;2kl5 k 2s;2kl7 k 2u;\
        2kl9 k 2w;2kla k 2x;2klb k 2y;2klc k 2z;2kld k 30;2kle k 31;2klf k 32;2klh k 34;\
        2kli k 35;2klj k 36;2klk k 37;2kll k 38;2klm k 39;2kln k 3a;2klo k 3b;2klp k 3c;\
        2klq k 3d;2klr k 3e;2kls k 1t;2klt k 1u;2klu k 1v;2klv k 1w;2klw k 1x;2klx k 1y;\
        2kly k 1z;2klz k 20;2km0 k 21;2km1 k 22;2km2 k 23;2km3 k 24;2km4 k 25;2km5 k 26;\
        2km6 k 27;2km7 k 28;2km8 k 29;2km9 k 2a;2kma k 2b;2kmb k 2c;2kmc k 2d;2kmd k 2e;\
        2kme k 2f;2kmf k 2g;2kmg k 2h;2kmh k 2i;2kmi k 2p;2kmj k 2q;2kmk k 2r;2kml k 2s;\
        2kmm k 2t;2kmn k 2u;2kmo k 2v;2kmp k 2w;2kmq k 2x;2kmr k 2y;2kms k 2z;2kmt k 30;\
        2kmu k 31;2kmv k 32;2kmw k 33;2kmx k 34;2kmy k 35;2kmz k 36;2kn0 k 37;2kn1 k 38;\
        2kn2 k 39;2kn3 k 3a;2kn4 k 3b;2kn5 k 3c;2kn6 k 3d;2kn7 k 3e;2kn8 k 1t;2kn9 k 1u;\
        2knb k 1w;2knc k 1x;2knd k 1y;2kne k 1z;2knh k 22;2kni k 23;2knj k 24;2knk k 25;\
        2knl k 26;2knm k 27;2knn k 28;2kno k 29;2knq k 2b;2knr k 2c;2kns k 2d;2knt k 2e;\
        2knu k 2f;2knv k 2g;2knw k 2h;2kny k 2p;2knz k 2q;2ko0 k 2r;2ko1 k 2s;2ko2 k 2t;\
        2ko3 k 2u;2ko4 k 2v;2ko5 k 2w;2ko6 k 2x;2ko7 k 2y;2ko8 k 2z;2ko9 k 30;2koa k 31;\
        2kob k 32;2koc k 33;2kod k 34;2koe k 35;2kof k 36;2kog k 37;2koh k 38;2koi k 39;\
        2koj k 3a;2kok k 3b;2kol k 3c;2kom k 3d;2kon k 3e;2koo k 1t;2kop k 1u;2kor k 1w;\
        2kos k 1x;2kot k 1y;2kou k 1z;2kow k 21;2kox k 22;2koy k 23;2koz k 24;2kp0 k 25;\
        2kp2 k 27;2kp6 k 2b;2kp7 k 2c;2kp8 k 2d;2kp9 k 2e;2kpa k 2f;2kpb k 2g;2kpc k 2h;\
        2kpe k 2p;2kpf k 2q;2kpg k 2r;2kph k 2s;2kpi k 2t;2kpj k 2u;2kpk k 2v;2kpl k 2w;\
        2kpm k 2x;2kpn k 2y;2kpo k 2z;2kpp k 30;2kpq k 31;2kpr k 32;2kps k 33;2kpt k 34;\
        2kpu k 35;2kpv k 36;2kpw k 37;2kpx k 38;2kpy k 39;2kpz k 3a;2kq0 k 3b;2kq1 k 3c;\
        2kq2 k 3d;2kq3 k 3e;2kq4 k 1t;2kq5 k 1u;2kq6 k 1v;2kq7 k 1w;2kq8 k 1x;2kq9 k 1y;\
        2kqa k 1z;2kqb k 20;2kqc k 21;2kqd k 22;2kqe k 23;2kqf k 24;2kqg k 25;2kqh k 26;\
        2kqi k 27;2kqj k 28;2kqk k 29;2kql k 2a;2kqm k 2b;2kqn k 2c;2kqo k 2d;2kqp k 2e;\
        2kqq k 2f;2kqr k 2g;2kqs k 2h;2kqt k 2i;2kqu k 2p;2kqv k 2q;2kqw k 2r;2kqx k 2s;\
        2kqy k 2t;2kqz k 2u;2kr0 k 2v;2kr1 k 2w;2kr2 k 2x;2kr3 k 2y;2kr4 k 2z;2kr5 k 30;\
        2kr6 k 31;2kr7 k 32;2kr8 k 33;2kr9 k 34;2kra k 35;2krb k 36;2krc k 37;2krd k 38;\
        2kre k 39;2krf k 3a;2krg k 3b;2krh k 3c;2kri k 3d;2krj k 3e;2krk k 1t;2krl k 1u;\
        2krm k 1v;2krn k 1w;2kro k 1x;2krp k 1y;2krq k 1z;2krr k 20;2krs k 21;2krt k 22;\
        2kru k 23;2krv k 24;2krw k 25;2krx k 26;2kry k 27;2krz k 28;2ks0 k 29;2ks1 k 2a;\
        2ks2 k 2b;2ks3 k 2c;2ks4 k 2d;2ks5 k 2e;2ks6 k 2f;2ks7 k 2g;2ks8 k 2h;2ks9 k 2i;\
        2ksa k 2p;2ksb k 2q;2ksc k 2r;2ksd k 2s;2kse k 2t;2ksf k 2u;2ksg k 2v;2ksh k 2w;\
        2ksi k 2x;2ksj k 2y;2ksk k 2z;2ksl k 30;2ksm k 31;2ksn k 32;2kso k 33;2ksp k 34;\
        2ksq k 35;2ksr k 36;2kss k 37;2kst k 38;2ksu k 39;2ksv k 3a;2ksw k 3b;2ksx k 3c;\
        2ksy k 3d;2ksz k 3e;2kt0 k 1t;2kt1 k 1u;2kt2 k 1v;2kt3 k 1w;2kt4 k 1x;2kt5 k 1y;\
        2kt6 k 1z;2kt7 k 20;2kt8 k 21;2kt9 k 22;2kta k 23;2ktb k 24;2ktc k 25;2ktd k 26;\
        2kte k 27;2ktf k 28;2ktg k 29;2kth k 2a;2kti k 2b;2ktj k 2c;2ktk k 2d;2ktl k 2e;\
        2ktm k 2f;2ktn k 2g;2kto k 2h;2ktp k 2i;2ktq k 2p;2ktr k 2q;2kts k 2r;2ktt k 2s;\
        2ktu k 2t;2ktv k 2u;2ktw k 2v;2ktx k 2w;2kty k 2x;2ktz k 2y;2ku0 k 2z;2ku1 k 30;\
        2ku2 k 31;2ku3 k 32;2ku4 k 33;2ku5 k 34;2ku6 k 35;2ku7 k 36;2ku8 k 37;2ku9 k 38;\
        2kua k 39;2kub k 3a;2kuc k 3b;2kud k 3c;2kue k 3d;2kuf k 3e;2kug k 1t;2kuh k 1u;\
        2kui k 1v;2kuj k 1w;2kuk k 1x;2kul k 1y;2kum k 1z;2kun k 20;2kuo k 21;2kup k 22;\
        2kuq k 23;2kur k 24;2kus k 25;2kut k 26;2kuu k 27;2kuv k 28;2kuw k 29;2kux k 2a;\
        2kuy k 2b;2kuz k 2c;2kv0 k 2d;2kv1 k 2e;2kv2 k 2f;2kv3 k 2g;2kv4 k 2h;2kv5 k 2i;\
        2kv6 k 2p;2kv7 k 2q;2kv8 k 2r;2kv9 k 2s;2kva k 2t;2kvb k 2u;2kvc k 2v;2kvd k 2w;\
        2kve k 2x;2kvf k 2y;2kvg k 2z;2kvh k 30;2kvi k 31;2kvj k 32;2kvk k 33;2kvl k 34;\
        2kvm k 35;2kvn k 36;2kvo k 37;2kvp k 38;2kvq k 39;2kvr k 3a;2kvs k 3b;2kvt k 3c;\
        2kvu k 3d;2kvv k 3e;2kvw k 1t;2kvx k 1u;2kvy k 1v;2kvz k 1w;2kw0 k 1x;2kw1 k 1y;\
        2kw2 k 1z;2kw3 k 20;2kw4 k 21;2kw5 k 22;2kw6 k 23;2kw7 k 24;2kw8 k 25;2kw9 k 26;\
        2kwa k 27;2kwb k 28;2kwc k 29;2kwd k 2a;2kwe k 2b;2kwf k 2c;2kwg k 2d;2kwh k 2e;\
        2kwi k 2f;2kwj k 2g;2kwk k 2h;2kwl k 2i;2kwm k 2p;2kwn k 2q;2kwo k 2r;2kwp k 2s;\
        2kwq k 2t;2kwr k 2u;2kws k 2v;2kwt k 2w;2kwu k 2x;2kwv k 2y;2kww k 2z;2kwx k 30;\
        2kwy k 31;2kwz k 32;2kx0 k 33;2kx1 k 34;2kx2 k 35;2kx3 k 36;2kx4 k 37;2kx5 k 38;\
        2kx6 k 39;2kx7 k 3a;2kx8 k 3b;2kx9 k 3c;2kxa k 3d;2kxb k 3e;2kxc k 1t;2kxd k 1u;\
        2kxe k 1v;2kxf k 1w;2kxg k 1x;2kxh k 1y;2kxi k 1z;2kxj k 20;2kxk k 21;2kxl k 22;\
        2kxm k 23;2kxn k 24;2kxo k 25;2kxp k 26;2kxq k 27;2kxr k 28;2kxs k 29;2kxt k 2a;\
        2kxu k 2b;2kxv k 2c;2kxw k 2d;2kxx k 2e;2kxy k 2f;2kxz k 2g;2ky0 k 2h;2ky1 k 2i;\
        2ky2 k 2p;2ky3 k 2q;2ky4 k 2r;2ky5 k 2s;2ky6 k 2t;2ky7 k 2u;2ky8 k 2v;2ky9 k 2w;\
        2kya k 2x;2kyb k 2y;2kyc k 2z;2kyd k 30;2kye k 31;2kyf k 32;2kyg k 33;2kyh k 34;\
        2kyi k 35;2kyj k 36;2kyk k 37;2kyl k 38;2kym k 39;2kyn k 3a;2kyo k 3b;2kyp k 3c;\
        2kyq k 3d;2kyr k 3e;2kys k 8h;2kyt k fr;2kyw k pd;2kyx k pe;2kyy k pf;2kyz k pg;\
        2kz0 k ph;2kz1 k pi;2kz2 k pj;2kz3 k pk;2kz4 k pl;2kz5 k pm;2kz6 k pn;2kz7 k po;\
        2kz8 k pp;2kz9 k pq;2kza k pr;2kzb k ps;2kzc k pt;2kzd k s4;2kze k pv;2kzf k pw;\
        2kzg k px;2kzh k py;2kzi k pz;2kzj k q0;2kzk k q1;2kzl k 6pz;2kzm k q9;2kzn k qa;\
        2kzo k qb;2kzp k qc;2kzq k qd;2kzr k qe;2kzs k qf;2kzt k qg;2kzu k qh;2kzv k qi;\
        2kzw k qj;2kzx k qk;2kzy k ql;2kzz k qm;2l00 k qn;2l01 k qo;2l02 k qp;2l03 k qq;\
        2l04 k qr;2l05 k qs;2l06 k qt;2l07 k qu;2l08 k qv;2l09 k qw;2l0a k qx;2l0b k 6pu;\
        2l0c k s5;2l0d k r5;2l0e k s0;2l0f k r9;2l0g k s1;2l0h k ra;2l0i k pd;2l0j k pe;\
        2l0k k pf;2l0l k pg;2l0m k ph;2l0n k pi;2l0o k pj;2l0p k pk;2l0q k pl;2l0r k pm;\
        2l0s k pn;2l0t k po;2l0u k pp;2l0v k pq;2l0w k pr;2l0x k ps;2l0y k pt;2l0z k s4;\
        2l10 k pv;2l11 k pw;2l12 k px;2l13 k py;2l14 k pz;2l15 k q0;2l16 k q1;2l17 k 6pz;\
        2l18 k q9;2l19 k qa;2l1a k qb;2l1b k qc;2l1c k qd;2l1d k qe;2l1e k qf;2l1f k qg;\
        2l1g k qh;2l1h k qi;2l1i k qj;2l1j k qk;2l1k k ql;2l1l k qm;2l1m k qn;2l1n k qo;\
        2l1o k qp;2l1p k qq;2l1q k qr;2l1r k qs;2l1s k qt;2l1t k qu;2l1u k qv;2l1v k qw;\
        2l1w k qx;2l1x k 6pu;2l1y k s5;2l1z k r5;2l20 k s0;2l21 k r9;2l22 k s1;2l23 k ra;\
        2l24 k pd;2l25 k pe;2l26 k pf;2l27 k pg;2l28 k ph;2l29 k pi;2l2a k pj;2l2b k pk;\
        2l2c k pl;2l2d k pm;2l2e k pn;2l2f k po;2l2g k pp;2l2h k pq;2l2i k pr;2l2j k ps;\
        2l2k k pt;2l2l k s4;2l2m k pv;2l2n k pw;2l2o k px;2l2p k py;2l2q k pz;2l2r k q0;\
        2l2s k q1;2l2t k 6pz;2l2u k q9;2l2v k qa;2l2w k qb;2l2x k qc;2l2y k qd;2l2z k qe;\
        2l30 k qf;2l31 k qg;2l32 k qh;2l33 k qi;2l34 k qj;2l35 k qk;2l36 k ql;2l37 k qm;\
        2l38 k qn;2l39 k qo;2l3a k qp;2l3b k qq;2l3c k qr;2l3d k qs;2l3e k qt;2l3f k qu;\
        2l3g k qv;2l3h k qw;2l3i k qx;2l3j k 6pu;2l3k k s5;2l3l k r5;2l3m k s0;2l3n k r9;\
        2l3o k s1;2l3p k ra;2l3q k pd;2l3r k pe;2l3s k pf;2l3t k pg;2l3u k ph;2l3v k pi;\
        2l3w k pj;2l3x k pk;2l3y k pl;2l3z k pm;2l40 k pn;2l41 k po;2l42 k pp;2l43 k pq;\
        2l44 k pr;2l45 k ps;2l46 k pt;2l47 k s4;2l48 k pv;2l49 k pw;2l4a k px;2l4b k py;\
        2l4c k pz;2l4d k q0;2l4e k q1;2l4f k 6pz;2l4g k q9;2l4h k qa;2l4i k qb;2l4j k qc;\
        2l4k k qd;2l4l k qe;2l4m k qf;2l4n k qg;2l4o k qh;2l4p k qi;2l4q k qj;2l4r k qk;\
        2l4s k ql;2l4t k qm;2l4u k qn;2l4v k qo;2l4w k qp;2l4x k qq;2l4y k qr;2l4z k qs;\
        2l50 k qt;2l51 k qu;2l52 k qv;2l53 k qw;2l54 k qx;2l55 k 6pu;2l56 k s5;2l57 k r5;\
        2l58 k s0;2l59 k r9;2l5a k s1;2l5b k ra;2l5c k pd;2l5d k pe;2l5e k pf;2l5f k pg;\
        2l5g k ph;2l5h k pi;2l5i k pj;2l5j k pk;2l5k k pl;2l5l k pm;2l5m k pn;2l5n k po;\
        2l5o k pp;2l5p k pq;2l5q k pr;2l5r k ps;2l5s k pt;2l5t k s4;2l5u k pv;2l5v k pw;\
        2l5w k px;2l5x k py;2l5y k pz;2l5z k q0;2l60 k q1;2l61 k 6pz;2l62 k q9;2l63 k qa;\
        2l64 k qb;2l65 k qc;2l66 k qd;2l67 k qe;2l68 k qf;2l69 k qg;2l6a k qh;2l6b k qi;\
        2l6c k qj;2l6d k qk;2l6e k ql;2l6f k qm;2l6g k qn;2l6h k qo;2l6i k qp;2l6j k qq;\
        2l6k k qr;2l6l k qs;2l6m k qt;2l6n k qu;2l6o k qv;2l6p k qw;2l6q k qx;2l6r k 6pu;\
        2l6s k s5;2l6t k r5;2l6u k s0;2l6v k r9;2l6w k s1;2l6x k ra;2l6y k rg;2l6z k rh;\
        2l72 k 1c;2l73 k 1d;2l74 k 1e;2l75 k 1f;2l76 k 1g;2l77 k 1h;2l78 k 1i;2l79 k 1j;\
        2l7a k 1k;2l7b k 1l;2l7c k 1c;2l7d k 1d;2l7e k 1e;2l7f k 1f;2l7g k 1g;2l7h k 1h;\
        2l7i k 1i;2l7j k 1j;2l7k k 1k;2l7l k 1l;2l7m k 1c;2l7n k 1d;2l7o k 1e;2l7p k 1f;\
        2l7q k 1g;2l7r k 1h;2l7s k 1i;2l7t k 1j;2l7u k 1k;2l7v k 1l;2l7w k 1c;2l7x k 1d;\
        2l7y k 1e;2l7z k 1f;2l80 k 1g;2l81 k 1h;2l82 k 1i;2l83 k 1j;2l84 k 1k;2l85 k 1l;\
        2l86 k 1c;2l87 k 1d;2l88 k 1e;2l89 k 1f;2l8a k 1g;2l8b k 1h;2l8c k 1i;2l8d k 1j;\
        2l8e k 1k;2l8f k 1l;2pkw k 17r;2pkx k 17s;2pky k 17w;2pkz k 17z;2pl1 k 18o;2pl2 k 182;\
        2pl3 k 17x;2pl4 k 187;2pl5 k 18q;2pl6 k 18j;2pl7 k 18k;2pl8 k 18l;2pl9 k 18m;2pla k 183;\
        2plb k 189;2plc k 18h;2pld k 185;2ple k 18i;2plf k 181;2plg k 184;2plh k 17u;2pli k 17v;\
        2plj k 17y;2plk k 180;2pll k 186;2plm k 188;2pln k 18a;2plo k 19q;2plp k 1bu;2plq k 1b5;\
        2plr k 19r;2plt k 17s;2plu k 17w;2plw k 18n;2plz k 17x;2pm1 k 18q;2pm2 k 18j;2pm3 k 18k;\
        2pm4 k 18l;2pm5 k 18m;2pm6 k 183;2pm7 k 189;2pm8 k 18h;2pm9 k 185;2pma k 18i;2pmc k 184;\
        2pmd k 17u;2pme k 17v;2pmf k 17y;2pmh k 186;2pmj k 18a;2pmq k 17w;2pmv k 17x;2pmx k 18q;\
        2pmz k 18k;2pn1 k 18m;2pn2 k 183;2pn3 k 189;2pn5 k 185;2pn6 k 18i;2pn8 k 184;2pnb k 17y;\
        2pnd k 186;2pnf k 18a;2pnh k 1bu;2pnj k 19r;2pnl k 17s;2pnm k 17w;2pno k 18n;2pnr k 17x;\
        2pns k 187;2pnt k 18q;2pnu k 18j;2pnw k 18l;2pnx k 18m;2pny k 183;2pnz k 189;2po0 k 18h;\
        2po1 k 185;2po2 k 18i;2po4 k 184;2po5 k 17u;2po6 k 17v;2po7 k 17y;2po9 k 186;2poa k 188;\
        2pob k 18a;2poc k 19q;2poe k 1b5;2pog k 17r;2poh k 17s;2poi k 17w;2poj k 17z;2pok k 18n;\
        2pol k 18o;2pom k 182;2pon k 17x;2poo k 187;2pop k 18q;2por k 18k;2pos k 18l;2pot k 18m;\
        2pou k 183;2pov k 189;2pow k 18h;2pox k 185;2poy k 18i;2poz k 181;2pp0 k 184;2pp1 k 17u;\
        2pp2 k 17v;2pp3 k 17y;2pp4 k 180;2pp5 k 186;2pp6 k 188;2pp7 k 18a;2ppd k 17s;2ppe k 17w;\
        2ppf k 17z;2pph k 18o;2ppi k 182;2ppj k 17x;2ppk k 187;2ppl k 18q;2ppn k 18k;2ppo k 18l;\
        2ppp k 18m;2ppq k 183;2ppr k 189;2pps k 18h;2ppt k 185;2ppu k 18i;2ppv k 181;2ppw k 184;\
        2ppx k 17u;2ppy k 17v;2ppz k 17y;2pq0 k 180;2pq1 k 186;2pq2 k 188;2pq3 k 18a;\
        2q68 k 1c 1a;2q69 k 1c 18;2q6a k 1d 18;2q6b k 1e 18;2q6c k 1f 18;2q6d k 1g 18;\
        2q6e k 1h 18;2q6f k 1i 18;2q6g k 1j 18;2q6h k 1k 18;2q6i k 1l 18;2q6o k 14 1t 15;\
        2q6p k 14 1u 15;2q6q k 14 1v 15;2q6r k 14 1w 15;2q6s k 14 1x 15;2q6t k 14 1y 15;\
        2q6u k 14 1z 15;2q6v k 14 20 15;2q6w k 14 21 15;2q6x k 14 22 15;2q6y k 14 23 15;\
        2q6z k 14 24 15;2q70 k 14 25 15;2q71 k 14 26 15;2q72 k 14 27 15;2q73 k 14 28 15;\
        2q74 k 14 29 15;2q75 k 14 2a 15;2q76 k 14 2b 15;2q77 k 14 2c 15;2q78 k 14 2d 15;\
        2q79 k 14 2e 15;2q7a k 14 2f 15;2q7b k 14 2g 15;2q7c k 14 2h 15;2q7d k 14 2i 15;\
        2q7e k 9hw 2b 9hx;2q7f k 1v;2q7g k 2a;2q7h k 1v 1w;2q7i k 2f 2i;2q7k k 1t;2q7l k 1u;\
        2q7m k 1v;2q7n k 1w;2q7o k 1x;2q7p k 1y;2q7q k 1z;2q7r k 20;2q7s k 21;2q7t k 22;\
        2q7u k 23;2q7v k 24;2q7w k 25;2q7x k 26;2q7y k 27;2q7z k 28;2q80 k 29;2q81 k 2a;\
        2q82 k 2b;2q83 k 2c;2q84 k 2d;2q85 k 2e;2q86 k 2f;2q87 k 2g;2q88 k 2h;2q89 k 2i;\
        2q8a k 20 2e;2q8b k 25 2e;2q8c k 2b 1w;2q8d k 2b 2b;2q8e k 28 28 2e;2q8f k 2f 1v;\
        2q96 k 25 1v;2q97 k 25 1w;2q98 k 25 2a;2qa8 k 1w 22;2qdc k 9kr 9jf;2qdd k 9mb 9mb;\
        2qde k 9md;2qds k jez;2qdt k i1j;2qdu k gjw;2qdv k 9mv;2qdw k fik;2qdx k hlm;2qdy k r8j;\
        2qdz k hm1;2qe0 k fj8;2qe1 k k68;2qe2 k mch;2qe3 k k2h;2qe4 k g99;2qe5 k ivg;2qe6 k g3x;\
        2qe7 k k34;2qe8 k g7x;2qe9 k oqq;2qea k n4v;2qeb k rs9;2qec k hkg;2qed k gmx;2qee k lxw;\
        2qef k jh1;2qeg k jmd;2qeh k feo;2qei k fex;2qej k si2;2qek k ijq;2qel k ffx;2qem k gkz;\
        2qen k jk7;2qeo k rxs;2qep k jf7;2qeq k o01;2qer k o6y;2qes k glk;2qet k lts;2qeu k kcp;\
        2qev k kco;2qew k n5f;2qex k gaa;2qey k gxi;2qez k sp9;2qf4 k 9hw kdo 9hx;\
        2qf5 k 9hw fex 9hx;2qf6 k 9hw fik 9hx;2qf7 k 9hw i2x 9hx;2qf8 k 9hw m9l 9hx;\
        2qf9 k 9hw jf7 9hx;2qfa k 9hw nh3 9hx;2qfb k 9hw gd9 9hx;2qfc k 9hw k0n 9hx;2qfk k ivr;\
        2qfl k gkv;2sc0 k 1c;2sc1 k 1d;2sc2 k 1e;2sc3 k 1f;2sc4 k 1g;2sc5 k 1h;2sc6 k 1i;\
        2sc7 k 1j;2sc8 k 1k;2sc9 k 1l;464g d fgd;464h d fg8;464i d fgh;464j d 2tcy;464k d fog;\
        464l d fqm;464m d fqz;464n d fsy;464o d fwa;464p d fx5;464q d fzb;464r d fyn;464s d ae6;\
        464t d 2ud6;464u d g25;464v d g2c;464w d g2s;464x d g3b;464y d 2u58;464z d aex;\
        4650 d g2v;4651 d g3x;4652 d 2u6j;4653 d g47;4654 d g4k;4655 d fkc;4656 d g4s;\
        4657 d g51;4658 d 3ly7;4659 d g6t;465a d g77;465b d afz;465c d g8r;465d d g92;\
        465e d gaa;465f d gaf;465g d ahh;465h d gcn;465i d gcp;465j d gdg;465k d ge2;465l d ged;\
        465m d gee;465n d gev;465o d gg9;465p d ggh;465q d ggq;465r d ghf;465s d ghp;465t d ghr;\
        465u d ghr;465v d ghr;465w d 2v58;465x d m7k;465y d gju;465z d gkf;4660 d 2vdv;\
        4661 d gkr;4662 d gkx;4663 d gli;4664 d gpq;4665 d gmw;4666 d gnc;4667 d go8;4668 d gpu;\
        4669 d gs6;466a d gsw;466b d gur;466c d gv7;466d d gw4;466e d gw4;466f d gwp;466g d gx7;\
        466h d gxf;466i d gxu;466j d h7a;466k d gzq;466l d h7b;466m d h1t;466n d h2s;466o d g7b;\
        466p d hke;466q d hce;466r d hdg;466s d he5;466t d haj;466u d hf6;466v d hf5;466w d hik;\
        466x d 2x9g;466y d hki;466z d hkn;4670 d hl2;4671 d hlm;4672 d hlu;4673 d hnm;\
        4674 d 2xm0;4675 d 2xnu;4676 d hrg;4677 d hsr;4678 d ht3;4679 d hqw;467a d huu;\
        467b d aum;467c d av0;467d d hzc;467e d i0u;467f d i0u;467g d 2y88;467h d i4j;\
        467i d i54;467j d i5j;467k d i5v;467l d 2yhk;467m d i67;467n d i6e;467o d itv;\
        467p d i76;467q d ayp;467r d i8w;467s d i9a;467t d ibk;467u d ia5;467v d 2z1g;\
        467w d if7;467x d 2z1i;467y d ige;467z d igb;4680 d igs;4681 d ijl;4682 d ijm;\
        4683 d b3j;4684 d ikd;4685 d ilk;4686 d im5;4687 d ind;4688 d b4y;4689 d 2zr7;\
        468a d b5o;468b d ipc;468c d ipf;468d d ipi;468e d iq2;468f d 3pg2;468g d iri;\
        468h d 3035;468i d 3035;468j d poh;468k d isi;468l d isi;468m d b7r;468n d 335k;\
        468o d 3cgq;468p d iua;468q d iuj;468r d b8j;468s d ivu;468t d ix9;468u d ixj;\
        468v d iyh;468w d j29;468x d bay;468y d ba4;468z d j2s;4690 d 30t0;4691 d j47;\
        4692 d j7s;4693 d j7w;4694 d j7y;4695 d j7w;4696 d j96;4697 d j9q;4698 d jaq;4699 d jac;\
        469a d jan;469b d jby;469c d jci;469d d jcm;469e d jdc;469f d jdn;469g d jfh;469h d jht;\
        469i d jis;469j d jm8;469k d 31n0;469l d jlp;469m d jjw;469n d jmw;469o d jnn;\
        469p d jqc;469q d 31td;469r d js2;469s d jph;469t d jop;469u d bhq;469v d ju1;\
        469w d jum;469x d jvh;469y d juf;469z d bjg;46a0 d k0f;46a1 d k18;46a2 d 32mi;\
        46a3 d k4j;46a4 d kc8;46a5 d k7d;46a6 d bo9;46a7 d k9d;46a8 d bns;46a9 d bms;46aa d g42;\
        46ab d g45;46ac d kcg;46ad d k9o;46ae d pf1;46af d deh;46ag d kd3;46ah d kd7;46ai d kdd;\
        46aj d kf2;46ak d ker;46al d 33cz;46am d bpl;46an d kje;46ao d kg5;46ap d klu;\
        46aq d kn9;46ar d 33hp;46as d kni;46at d kkf;46au d kr8;46av d brx;46aw d ksi;\
        46ax d kv7;46ay d kx6;46az d l2g;46b0 d 33xf;46b1 d l3v;46b2 d bvc;46b3 d l5t;\
        46b4 d 34br;46b5 d l78;46b6 d bwu;46b7 d l82;46b8 d l9b;46b9 d la2;46ba d la3;\
        46bb d 34p9;46bc d 2yvf;46bd d 34sa;46be d le6;46bf d 354s;46bg d lhb;46bh d lhp;\
        46bi d lev;46bj d ljq;46bk d lku;46bl d lmf;46bm d lkx;46bn d lm1;46bo d lmg;46bp d lmt;\
        46bq d 357i;46br d lkk;46bs d lrj;46bt d lta;46bu d c37;46bv d lvv;46bw d lvr;\
        46bx d 35jl;46by d lq1;46bz d m0e;46c0 d 35ni;46c1 d 35ou;46c2 d m2u;46c3 d m61;\
        46c4 d m5a;46c5 d m57;46c6 d c5y;46c7 d m6i;46c8 d m7x;46c9 d m7r;46ca d m99;\
        46cb d 2u5h;46cc d mdh;46cd d 368z;46ce d mfw;46cf d 36i3;46cg d mjs;46ch d mk5;\
        46ci d mkw;46cj d 36yw;46ck d mm8;46cl d mmt;46cm d 3779;46cn d 37dg;46co d mt6;\
        46cp d mtn;46cq d cdo;46cr d mud;46cs d ce0;46ct d ce0;46cu d myv;46cv d mzg;46cw d n01;\
        46cx d n0l;46cy d n2i;46cz d cgr;46d0 d n50;46d1 d 386u;46d2 d n5q;46d3 d 389e;\
        46d4 d n74;46d5 d 2zrz;46d6 d nbk;46d7 d 38v5;46d8 d 38vs;46d9 d 38zo;46da d cn0;\
        46db d cnc;46dc d nhw;46dd d 394j;46de d 394i;46df d 395l;46dg d 396b;46dh d nj2;\
        46di d nj3;46dj d nj3;46dk d nka;46dl d cop;46dm d nm3;46dn d cp2;46do d cra;\
        46dp d 39r1;46dq d nri;46dr d nt8;46ds d nv0;46dt d ctf;46du d 3a5i;46dv d nyu;\
        46dw d 3a8q;46dx d 3a9x;46dy d o0f;46dz d o2z;46e0 d cvj;46e1 d o5c;46e2 d o5m;\
        46e3 d o5r;46e4 d 3at8;46e5 d 3b1j;46e6 d 3b1j;46e7 d oa6;46e8 d d1e;46e9 d 3b8r;\
        46ea d og6;46eb d og9;46ec d d2f;46ed d 3beo;46ee d onm;46ef d d5s;46eg d oo8;\
        46eh d oo3;46ei d oow;46ej d 3c06;46ek d orn;46el d d8h;46em d ouf;46en d ow2;\
        46eo d oxx;46ep d d9w;46eq d 3ciw;46er d 3cjr;46es d dax;46et d 3cnt;46eu d p6i;\
        46ev d 3cqm;46ew d p79;46ex d pa2;46ey d pad;46ez d 3d22;46f0 d 3d43;46f1 d pcw;\
        46f2 d 3d7s;46f3 d pdc;46f4 d 33a7;46f5 d ded;46f6 d pf6;46f7 d phf;46f8 d dfv;\
        46f9 d pj2;46fa d hx1;46fb d 3dlz;46fc d 3dmd;46fd d 33bn;46fe d 33bw;46ff d poh;\
        46fg d pok;46fh d sda;46fi d dij;46fj d psh;46fk d psb;46fl d pst;46fm d gc3;46fn d ptd;\
        46fo d ptf;46fp d ptp;46fq d puu;46fr d 3ebg;46fs d put;46ft d pwd;46fu d pyb;\
        46fv d q0d;46fw d pwj;46fx d q0t;46fy d q1z;46fz d q53;46g0 d pxv;46g1 d q16;46g2 d q18;\
        46g3 d q1o;46g4 d 3eie;46g5 d 3eqz;46g6 d 3emt;46g7 d dnv;46g8 d q9d;46g9 d q9f;\
        46ga d qae;46gb d 3g0a;46gc d qck;46gd d 3f3g;46ge d dp9;46gf d dpd;46gg d 3f75;\
        46gh d 3ff6;46gi d dpn;46gj d qj4;46gk d qjg;46gl d qjr;46gm d qjt;46gn d qll;\
        46go d qko;46gp d qoe;46gq d qn6;46gr d qrd;46gs d qp4;46gt d qqz;46gu d qrq;46gv d dsn;\
        46gw d qu9;46gx d qv5;46gy d dtl;46gz d qxs;46h0 d qxv;46h1 d 3giv;46h2 d r13;\
        46h3 d r1a;46h4 d dv9;46h5 d r22;46h6 d aez;46h7 d 3gz2;46h8 d 3h46;46h9 d dz2;\
        46ha d dzb;46hb d rds;46hc d rfx;46hd d rka;46he d rpx;46hf d 3hrc;46hg d rsb;\
        46hh d rsx;46hi d rvf;46hj d rxz;46hk d 3i9b;46hl d 2upw;46hm d s0b;46hn d rzw;\
        46ho d s1c;46hp d 2uvy;46hq d s7o;46hr d sag;46hs d 3jki;46ht d 3jl9;46hu d sk4;\
        46hv d smp;46hw d snl;46hx d 3ju6;46hy d snv;46hz d svs;46i0 d t07;46i1 d t08;\
        46i2 d sxo;46i3 d t89;46i4 d t91;46i5 d 3ksa;46i6 d tjf;46i7 d ej9;46i8 d tkn;\
        46i9 d 3l2v;46ia d eli;46ib d ts3;46ic d iia;46id d tur;46ie d 3ltx;46if d 3lzu;\
        46ig d epa;46ih d epi;46ii d u00;46ij d 3mdm;46ik d er6;46il d 3mhi;46im d u17;\
        46in d u17;46io d u21;46ip d 3mpi;46iq d u76;46ir d eur;46is d u95;46it d ucn;\
        46iu d ude;46iv d uf2;46iw d ez2;46ix d 3nsg;46iy d umq;46iz d uv4;46j0 d v0d;\
        46j1 d f66;46j2 d f71;46j3 d v3b;46j4 d 3owe;46j5 d f7c;46j6 d 3oxx;46j7 d 3p5a;\
        46j8 d 3p8x;46j9 d vcr;46ja d f9y;46jb d veh;46jc d vem;46jd d vet;46je d vf3;\
        46jf d vfa;46jg d vgb;46jh d 3pxc;
        """
}
