import Compute
import Inference
import JSON
import Models
import TestSupport
import Testing

/// Compares `--precision f32` with the reference implementation. Tolerances are those of the
/// fixtures: ten times the measured noise of float32. Every greedy choice and every choice of
/// experts is decided by more.
@Suite struct FloatReferenceTests {
    @Test(
        "float32 logits, greedy tokens and routes are the reference's, in both spellings",
        arguments: Fixture.folders, ["config.json", "config_alt.json"])
    func published(name: String, configuration: String) throws {
        let fixture = try Fixture(folder: name)
        try check(fixture, fixture.source(configuration: configuration))
    }

    @Test(
        "float32 logits, greedy tokens and routes of GGUF files are the reference's",
        arguments: ["llama_dense", "qwen3moe"])
    func gguf(name: String) throws {
        let fixture = try Fixture(gguf: name)
        try check(fixture, fixture.source())
    }

    private func check(_ fixture: Fixture, _ source: ModelSource) throws {
        let session = try Session(source, .reference)
        let tolerance = Float(
            try #require(
                fixture.reference["tolerance"]?["logits_max_abs_float32"]?.doubleValue))
        #expect(fixture.promptCount > 0)
        for prompt in 0..<fixture.promptCount {
            let recorder = Recorder()
            session.runner.observe(recorder)
            let logits = try session.logits(fixture.prompt(prompt))
            session.runner.observe(nil)
            let expected = try fixture.floats("p\(prompt).logits")
            #expect(largestDifference(logits, expected) <= tolerance)
            let greedyIDs = try fixture.integers("p\(prompt).greedy_ids")
            let greedy = try session.greedy(greedyIDs.count, after: logits)
            #expect(greedy.ids == greedyIDs)
            let last = try fixture.floats("p\(prompt).greedy_last_logits")
            #expect(largestDifference(greedy.last, last) <= tolerance)
            try check(recorder, fixture, prompt)
        }
    }

    private func check(_ recorder: Recorder, _ fixture: Fixture, _ prompt: Int) throws {
        let routes = try fixture.routes(prompt)
        #expect(recorder.indices.mapValues(\.count) == routes.mapValues(\.indices.count))
        for (layer, expected) in routes {
            #expect(recorder.indices[layer] == expected.indices)
            #expect(largestDifference(recorder.weights[layer] ?? [], expected.weights) < 1e-5)
        }
        let norms = try fixture.floats("p\(prompt).hidden_norms")
        let rows = recorder.norms.count
        for (index, own) in recorder.norms {
            let expected = Array(
                norms[index * norms.count / rows..<(index + 1) * norms.count / rows])
            // Relative, since norms grow with the model's width.
            #expect(largestDifference(own, expected) < 1e-5 * (expected.max() ?? 0))
        }
    }
}
