/// How a router's logits become experts and weights.
package struct RoutingRule: Sendable {
    package enum Scoring: Sendable {
        /// Softmax over all experts; the chosen ones' probabilities (Qwen, OLMoE, DeepSeek-V2).
        case softmax
        /// Choose by logits, then a softmax over the chosen alone (Mixtral, GraniteMoE, gpt-oss).
        case softmaxOfTopK
        /// Choose by sigmoid plus `bias` (`[experts]`), weigh by sigmoid alone (DeepSeek-V3,
        /// arXiv:2412.19437 eq. 13-16).
        case sigmoid(bias: Vector)
    }

    /// Experts stand in `count` equal groups in order; only those of the `kept` best are chosen.
    package struct Groups: Sendable {
        package enum Score: Sendable {
            /// A group's best expert (DeepSeek-V2, arXiv:2405.04434 §2.2.2).
            case largest
            /// The sum of its two best (DeepSeek-V3).
            case twoLargest
        }

        package let count: Int
        package let kept: Int
        package let score: Score

        package init(count: Int, kept: Int, score: Score) {
            precondition(kept >= 1 && kept <= count, "some of the groups are kept")
            self.count = count
            self.kept = kept
            self.score = score
        }
    }

    package let topK: Int
    package let scoring: Scoring
    package let groups: Groups?
    /// Divides the chosen weights by their sum.
    package let renormalize: Bool
    /// Multiplies the weights at last.
    package let factor: Float

    package init(
        topK: Int, scoring: Scoring, groups: Groups? = nil, renormalize: Bool = false,
        factor: Float = 1
    ) {
        self.topK = topK
        self.scoring = scoring
        self.groups = groups
        self.renormalize = renormalize
        self.factor = factor
    }
}
