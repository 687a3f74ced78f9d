/// What models are calibrated on where no `--calibration` is given: prose, questions, code and data in
/// several languages, written for this purpose and under this program's licence.
package enum CalibrationText {
    /// Plain passages.
    package static let passages = [
        lighthouse, market, river, rust, query, table, german, french, spanish, chinese, proof,
        letter,
    ]

    /// A turn of a conversation: `system`, `user` or `assistant`, and what is said.
    package typealias Turn = (role: String, content: String)

    /// Conversations, for models with a chat template.
    package static let conversations: [[Turn]] = [
        [
            ("user", "Which city is the seat of government of Portugal?"),
            ("assistant", "Lisbon is the capital of Portugal and the seat of its government."),
            ("user", "And which river flows past it?"),
            ("assistant", "The Tagus, which reaches the Atlantic just west of the city."),
        ],
        [
            ("system", "You are a patient teacher. Explain with small numbers first."),
            ("user", "How do I add two fractions with different denominators?"),
            (
                "assistant",
                """
                Bring both to a common denominator, then add the numerators.

                For example, 1/3 + 1/4:
                1. A common multiple of 3 and 4 is 12.
                2. 1/3 = 4/12 and 1/4 = 3/12.
                3. 4/12 + 3/12 = 7/12.

                The result cannot be simplified, since 7 and 12 share no factor.
                """
            ),
            ("user", "What is 2/5 + 3/10?"),
            ("assistant", "2/5 is 4/10, so the sum is 4/10 + 3/10 = 7/10."),
        ],
        [
            ("user", "Write a function in C that counts the set bits of a 32-bit number."),
            (
                "assistant",
                """
                ```c
                #include <stdint.h>

                int count_bits(uint32_t value) {
                    int count = 0;
                    while (value != 0) {
                        value &= value - 1;  // clears the lowest set bit
                        count++;
                    }
                    return count;
                }
                ```

                The loop runs once for each set bit, so it is quick for sparse numbers.
                """
            ),
        ],
        [
            ("system", "Answer briefly and say so when you are not sure."),
            ("user", "Translate into Italian: The train to Milan leaves at half past nine."),
            ("assistant", "Il treno per Milano parte alle nove e mezza."),
            ("user", "Und auf Deutsch?"),
            ("assistant", "Der Zug nach Mailand fährt um halb zehn ab."),
        ],
        [
            (
                "user",
                "Summarize: Bees talk by dancing. A forager that found flowers runs in a "
                    + "figure of eight on the comb. The angle of the run against the vertical is the "
                    + "angle between the flowers and the sun, and its length tells how far they are."
            ),
            (
                "assistant",
                "Bees tell each other where flowers are by a dance whose angle gives the direction "
                    + "relative to the sun and whose length gives the distance."
            ),
        ],
        [
            ("user", "My plant's leaves turn yellow from the bottom up. What can I do?"),
            (
                "assistant",
                """
                Yellow lower leaves usually mean one of three things:

                - **Too much water.** Let the top of the soil dry before you water again, and make \
                sure that the pot drains.
                - **Too little nitrogen.** Feed it with a balanced fertilizer every two weeks in \
                the growing season.
                - **Old age.** A single leaf now and then is nothing to worry about.

                Start with the water: it is the most common cause.
                """
            ),
        ],
        [
            ("user", "Give me a JSON object for a book with title, author, year and tags."),
            (
                "assistant",
                """
                {"title": "The Glass Harbour", "author": "M. Okafor", "year": 1987, "tags": \
                ["novel", "sea", "family"]}
                """
            ),
        ],
        [
            ("user", "请用一句话解释什么是光合作用。"),
            ("assistant", "光合作用是植物利用阳光把水和二氧化碳变成糖和氧气的过程。"),
            ("user", "Expliquez la même chose en français."),
            (
                "assistant",
                "La photosynthèse est le processus par lequel les plantes, grâce à la lumière, "
                    + "transforment l'eau et le dioxyde de carbone en sucre et en oxygène."
            ),
        ],
    ]

    private static let lighthouse = """
        The lighthouse at the end of the spit had been dark for eleven years when Marta came to live \
        in it. She brought two trunks, a barometer, and a cat that disliked the wind. The council had \
        sold her the tower for less than the price of a car, on the condition that she keep the paint \
        white and the path clear, and she meant to do both, though not at once.

        "You will be lonely," said the man who rowed her over.

        "I was lonely in the city," she answered. "There it cost more."

        The first winter taught her the sounds of the place. The stair complained on the fourth step \
        and the nineteenth. When the tide was high the whole rock hummed, so low that she felt it in \
        her teeth before she heard it. In the mornings she wrote down the pressure, the wind and the \
        height of the waves as she guessed it, and in the evenings she read what she had written, as \
        if it were a letter from someone who knew her well. By March there were ninety-one pages. On \
        the ninety-second she wrote only: clear, calm, and no need to guess.
        """

    private static let market = """
        Prices in a market carry information that no single buyer or seller holds. When frost kills \
        half of a coffee harvest, the price of beans rises within hours, and people who have never \
        heard of the frost drink a little less coffee, plant a little more, or look for tea. Nobody \
        has told them to. This is the strength of prices as signals, but also their limit: they only \
        speak of what is bought and sold. Clean air, a quiet street or the trust of a neighbour have \
        no price, and so a market alone will use them as if they were free. Economists call such \
        effects externalities. They may be corrected by taxes (a fee of, say, $40 per ton of carbon \
        dioxide), by permits that can be traded, or by plain rules; which of them costs least depends \
        on how well the damage can be measured, and by whom.
        """

    private static let river = """
        A river carves the outer bank of each bend and lays down sand on the inner one. The water on \
        the outside moves faster, as it has the longer way, and near the bed a slow current runs \
        across from the outside to the inside, carrying grains with it. Over decades the bends grow \
        until two of them meet; then a flood cuts through the neck, and the old loop is left behind \
        as a lake in the shape of a horseshoe. Between 1880 and 1950 the lower course shortened by \
        23 km in this way, about 0.3 km each year, although the valley itself did not change. From \
        the air one can still see the scars: pale arcs in the fields, where the corn grows poorly.
        """

    private static let rust = """
        use std::collections::HashMap;

        /// Counts how often each word occurs, ignoring case.
        pub fn word_counts(text: &str) -> HashMap<String, usize> {
            let mut counts = HashMap::new();
            for word in text.split(|c: char| !c.is_alphanumeric()) {
                if word.is_empty() {
                    continue;
                }
                *counts.entry(word.to_lowercase()).or_insert(0) += 1;
            }
            counts
        }

        #[cfg(test)]
        mod tests {
            use super::*;

            #[test]
            fn counts_words_of_any_case() {
                let counts = word_counts("The cat saw the other cat.");
                assert_eq!(counts["the"], 2);
                assert_eq!(counts["cat"], 2);
                assert_eq!(counts.get("dog"), None);
            }
        }
        """

    private static let query = """
        -- Customers who ordered in every month of the year, with what they spent.
        SELECT c.id, c.name, SUM(o.total) AS spent
        FROM customers AS c
        JOIN orders AS o ON o.customer_id = c.id
        WHERE o.placed_at >= '2023-01-01' AND o.placed_at < '2024-01-01'
        GROUP BY c.id, c.name
        HAVING COUNT(DISTINCT EXTRACT(MONTH FROM o.placed_at)) = 12
        ORDER BY spent DESC
        LIMIT 50;

        def moving_average(values, width):
            # Averages of each run of `width` values; empty if there are fewer.
            if width <= 0:
                raise ValueError("width must be positive")
            total = sum(values[:width])
            result = []
            for i in range(width, len(values) + 1):
                result.append(total / width)
                if i < len(values):
                    total += values[i] - values[i - width]
            return result

        function debounce(callback, delay) {
          let timer = null;
          return (...args) => {
            clearTimeout(timer);
            timer = setTimeout(() => callback(...args), delay);
          };
        }
        """

    private static let table = """
        # Release notes, version 4.2.1

        ## Fixed
        - Opening a file larger than 2 GiB no longer fails on 32-bit systems (#1093).
        - `--quiet` is now respected by `export`; thanks to everyone who reported it.
        - The progress bar does not jump back to 0 % when a download is resumed.

        ## Changed
        | option        | before | now  |
        |---------------|-------:|-----:|
        | `cache.size`  |   64 M | 128 M |
        | `retries`     |      3 |    5 |
        | `timeout`     |   30 s | 10 s |

        To upgrade, run `./install.sh --prefix=/opt/tool` and restart the service. See \
        https://example.org/docs/upgrade.html for details, or write to help@example.org.
        """

    private static let german = """
        Am Morgen nach dem Sturm lag der Garten voller Äste. Die alte Birne hatte gehalten, nur ihre \
        Leiter war umgestürzt und hatte im Fallen zwei Fensterscheiben des Gewächshauses \
        mitgenommen. Großvater ging mit den Händen in den Taschen von Beet zu Beet und sagte lange \
        nichts. „Man sollte“, meinte er schließlich, „im Herbst weniger besitzen.“ Dann holte er \
        Handschuhe, Säge und Schubkarre, und bis zum Mittag war von dem Durcheinander nur noch ein \
        ordentlicher Stapel Holz übrig, sortiert nach Dicke.
        """

    private static let french = """
        Le musée ferme à dix-huit heures, mais le gardien, qui aime bien parler, laisse volontiers \
        les derniers visiteurs traîner devant le grand tableau de la salle trois. « Regardez la \
        lumière sur la table », dit-il chaque fois. « Elle vient de la gauche, n'est-ce pas ? Et \
        pourtant la fenêtre est à droite. » Personne ne sait si le peintre s'est trompé ou s'il \
        voulait qu'on se pose la question. Depuis vingt-deux ans, le gardien penche pour la seconde \
        hypothèse.
        """

    private static let spanish = """
        Para preparar una tortilla de patatas se necesitan seis huevos, medio kilo de patatas, una \
        cebolla, aceite de oliva y sal. Se cortan las patatas en láminas finas y se fríen despacio \
        con la cebolla, sin que lleguen a dorarse. Después se escurren, se mezclan con los huevos \
        batidos y se dejan reposar diez minutos. ¿El secreto? No tener prisa al darle la vuelta.
        """

    private static let chinese = """
        小镇的图书馆只有两间屋子，但是藏书比人们想象的多。管理员每天早上八点开门，先把窗户打开，\
        再给门口的花浇水。孩子们放学以后常来这里写作业，老人们则喜欢坐在靠窗的位置看报纸。\
        去年冬天下大雪，路不好走，她就把书装在小车里，一家一家地送。

        駅前の小さな喫茶店では、毎週土曜日の午後に古いレコードをかける。お客さんは少ないが、\
        みんな静かに耳を傾けている。

        Утром над озером стоял туман, и лодки у причала казались нарисованными.
        """

    private static let proof = """
        Claim. There are infinitely many primes of the form 4k + 3.

        Proof. Suppose that p_1, ..., p_n are all of them, and let N = 4 p_1 p_2 ... p_n - 1. Then N \
        is odd and N = 3 (mod 4). If every prime factor of N had the form 4k + 1, so would N itself, \
        as (4a + 1)(4b + 1) = 4(4ab + a + b) + 1. Hence some prime q = 3 (mod 4) divides N. But q is \
        none of the p_i, since each p_i divides N + 1. This contradicts the assumption. QED

        Exercise: for which x is f(x) = x^3 - 3x + 2 >= 0? Factor it: f(x) = (x - 1)^2 (x + 2), so \
        f(x) >= 0 exactly when x >= -2. At x = 0.5 one finds f = 0.125 - 1.5 + 2 = 0.625.
        """

    private static let letter = """
        Dear Ms. Adeyemi,

        Thank you for your application of 14 May. We read it with great interest, and would like to \
        invite you to a conversation at our office on Thursday, 6 June, at 10:30 a.m. Please bring \
        the two references that you mentioned and, if possible, a sample of your recent work. The \
        meeting should take no more than an hour; travel costs up to £120 will be paid back.

        If the date does not suit you, please call us at 020 7946 0018 before the end of the week.

        Yours sincerely,
        Jonathan Whitfield
        Head of Design, Northbank Studio
        """
}
