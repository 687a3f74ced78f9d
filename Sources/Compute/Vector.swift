/// A float32 vector held by a backend: a norm's gain or a bias.
package struct Vector: Sendable {
    package let index: Int
    package let count: Int

    package init(index: Int, count: Int) {
        self.index = index
        self.count = count
    }
}
