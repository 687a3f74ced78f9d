/// How a router's logits become experts and weights.
package struct RoutingRule: Sendable {
    package enum Scoring: Sendable {
        /// Softmax over all experts; the weights are the chosen ones' probabilities (Qwen, OLMoE,
        /// DeepSeek-V2).
        case softmax
        /// Choose by logits; the weights are a softmax over the chosen alone (Mixtral, GraniteMoE,
        /// gpt-oss).
        case softmaxOfTopK
        /// Choose by sigmoid plus `bias` (`[experts]`); the weights are the sigmoids alone
        /// (DeepSeek-V3, arXiv:2412.19437 eq. 13-16).
        case sigmoid(bias: Vector)
    }

    /// Consecutive experts form `count` equal groups. Only experts of the `kept` best groups can be
    /// chosen.
    package struct Groups: Sendable {
        package enum Score: Sendable {
            /// The score of a group's best expert (DeepSeek-V2, arXiv:2405.04434 §2.2.2).
            case largest
            /// The sum of its two best experts' scores (DeepSeek-V3).
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
    /// Whether the chosen weights are divided by their sum.
    package let renormalize: Bool
    /// Multiplies the weights, after any renormalization.
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
