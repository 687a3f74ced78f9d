// swift-tools-version: 6.2
import PackageDescription

/// How every Swift target is built. Targets into which a C library calls back leave strict memory
/// safety out.
func settings(strict: Bool = true) -> [SwiftSetting] {
    [
        .swiftLanguageMode(.v6), .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (strict ? [.strictMemorySafety()] : [])
}

/// A library target; it may import only what it names.
func library(
    _ name: String, _ dependencies: [String] = [], products: [Target.Dependency] = [],
    strict: Bool = true
) -> Target {
    .target(
        name: name, dependencies: dependencies.map { .byName(name: $0) } + products,
        swiftSettings: settings(strict: strict))
}

/// The tests of a target, which may use `TestSupport`; those with fixtures keep them beside the tests.
func tests(
    _ target: String, _ dependencies: [String], products: [Target.Dependency] = [],
    fixtures: Bool = false
) -> Target {
    .testTarget(
        name: target + "Tests",
        dependencies: (dependencies + ["TestSupport"]).map { .byName(name: $0) } + products,
        exclude: fixtures ? ["Fixtures"] : [], swiftSettings: settings())
}

let nio = "swift-nio"
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")

/// The parsers' fuzzers, which need libFuzzer's runtime; only scripts/fuzz.sh asks for them.
let fuzzers: [Target] =
    Context.environment["SYDEV_FUZZ"] == nil
    ? []
    : [
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "Architectures", "ChatTemplates", "Checkpoints", "Compute", "JSON",
                "Memory", "Models", "Quantization", "Tokenization",
            ], path: "Fuzzing/Harnesses", swiftSettings: settings())
    ]

let package = Package(
    name: "switchyard",
    products: [
        .executable(name: "switchyard", targets: ["switchyard"]),
        .executable(name: "loadtest", targets: ["loadtest"]),
        .executable(name: "benchmarks", targets: ["benchmarks"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", exact: "0.2.0"),
    ],
    targets: [
        // System modules and C.
        .systemLibrary(name: "CLinux"),
        .systemLibrary(
            name: "CNghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(
            name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .target(
            name: "CKernels",
            cSettings: [.unsafeFlags(["-O3", "-ffp-contract=off"])]),

        // Values and primitives.
        library("JSON"),
        library(
            "Metrics", products: [.product(name: "Histogram", package: "hdrhistogram-swift")]),
        library("Generation"),
        library("Memory"),
        library("Threads", ["CLinux"]),
        library("Logs", ["Metrics", "Threads"], products: [logging]),

        // Pure machines and formats.
        library("Checkpoints", ["JSON", "Memory"]),
        library("Scheduling", ["Generation"]),
        library("Quantization", ["Checkpoints", "Memory"]),
        library("Tokenization", ["CPCRE2", "JSON"]),
        library("ChatTemplates", ["JSON"]),
        library("HTTP", ["CNghttp2"]),
        library(
            "Models", ["CPCRE2", "Checkpoints", "JSON", "Memory", "Quantization", "Tokenization"]),

        // Compute.
        library("Sampling", ["CKernels", "Generation"]),
        library("Compute", ["CKernels", "Checkpoints", "Generation", "Sampling"]),
        library(
            "Weights",
            [
                "CKernels", "Checkpoints", "Compute", "Memory", "Models", "Quantization", "Threads",
            ]),
        library(
            "ComputeCPU",
            [
                "CKernels", "Checkpoints", "Compute", "Generation", "Memory", "Sampling",
                "Threads",
            ]),
        library("Devices", ["Compute", "ComputeCPU"]),
        library("Architectures", ["CKernels", "Checkpoints", "Compute", "JSON"]),
        library(
            "Preparation",
            [
                "Architectures", "Checkpoints", "Compute", "Devices", "Generation", "JSON",
                "Memory",
                "Models", "Threads", "Weights",
            ]),
        library(
            "Inference",
            [
                "Architectures", "Checkpoints", "Compute", "Devices", "Generation", "JSON",
                "Memory", "Models", "Sampling", "Scheduling", "Threads", "Tokenization", "Weights",
            ]),

        // The front.
        library(
            "Network", ["CLinux", "HTTP", "Metrics"],
            products: [
                .product(name: "NIOCore", package: nio), .product(name: "NIOPosix", package: nio),
            ]),
        library(
            "API",
            [
                "ChatTemplates", "Generation", "HTTP", "JSON", "Metrics", "Threads", "Tokenization",
            ]),
        library("OpenAI", ["API", "Generation", "HTTP", "JSON"]),
        library(
            "Serving",
            [
                "API", "ChatTemplates", "Checkpoints", "Compute", "HTTP", "Inference", "JSON",
                "Logs", "Metrics", "Models", "Network", "OpenAI", "Scheduling", "Threads",
                "Tokenization",
            ], products: [logging]),
        library(
            "Commands",
            [
                "API", "Architectures", "ChatTemplates", "Checkpoints", "Compute", "Devices",
                "Generation", "HTTP", "Inference", "JSON", "Logs", "Memory", "Models", "Network",
                "Preparation", "Quantization", "Sampling", "Scheduling", "Serving", "Threads",
                "Tokenization", "Weights",
            ], products: [argumentParser, logging]),
        .executableTarget(
            name: "switchyard", dependencies: ["Commands"], swiftSettings: settings()),
        .target(name: "CProbes", cSettings: [.unsafeFlags(["-O3"])]),
        .executableTarget(
            name: "benchmarks",
            dependencies: [
                "Architectures", "CKernels", "CProbes", "Checkpoints", "Compute", "Devices",
                "Generation", "Inference", "JSON", "Memory", "Models", "Preparation", "Threads",
                "Weights", argumentParser,
            ], swiftSettings: settings()),
        .executableTarget(
            name: "loadtest",
            dependencies: [
                "HTTP", "JSON", argumentParser, .product(name: "NIOCore", package: nio),
                .product(name: "NIOPosix", package: nio), .product(name: "NIOHTTP1", package: nio),
            ], path: "loadtest", exclude: ["agreement.py"], swiftSettings: settings()),

        // Tests.
        .target(
            name: "ServiceContract", dependencies: ["Generation", "Threads"],
            path: "Tests/ServiceContract", swiftSettings: settings()),
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings()),
        .target(
            name: "CEmulatedKernels", dependencies: ["CKernels"], path: "Tests/CEmulatedKernels",
            cSettings: [.unsafeFlags(["-O3", "-ffp-contract=off"])]),
        tests("CKernels", ["CEmulatedKernels", "CKernels"]),
        tests("JSON", ["JSON"]),
        tests("Metrics", ["Metrics"]),
        tests("Generation", ["Generation"]),
        tests("Memory", ["Memory"]),
        tests("Threads", ["Threads"]),
        tests("Logs", ["Logs", "Metrics"], products: [logging]),
        tests("Scheduling", ["Generation", "Scheduling"]),
        tests("Simulation", ["Generation", "Scheduling"]),
        tests("Sampling", ["CKernels", "Generation", "Sampling"], fixtures: true),
        tests("Checkpoints", ["Checkpoints", "JSON", "Memory"], fixtures: true),
        tests("Quantization", ["Checkpoints", "Memory", "Quantization"], fixtures: true),
        tests("Tokenization", ["Checkpoints", "JSON", "Tokenization"], fixtures: true),
        tests("ChatTemplates", ["ChatTemplates", "JSON"], fixtures: true),
        tests(
            "ComputeCPU",
            [
                "Architectures", "CKernels", "Checkpoints", "Compute", "ComputeCPU", "Inference",
                "Memory", "Models", "Weights",
            ]),
        tests(
            "Architectures",
            [
                "Architectures", "Checkpoints", "Compute", "Devices", "Generation", "Inference",
                "JSON", "Memory", "Models", "Preparation", "Quantization",
                "Scheduling",
            ], fixtures: true),
        tests(
            "Models",
            [
                "Checkpoints", "Compute", "Devices", "Inference", "JSON", "Memory", "Models",
                "Preparation", "Quantization", "Threads", "Weights",
            ], fixtures: true),
        tests(
            "Preparation",
            [
                "Architectures", "Checkpoints", "Compute", "Devices", "Inference", "JSON",
                "Memory", "Models", "Preparation", "Quantization", "Threads", "Weights",
            ]),
        tests("HTTP", ["HTTP"]),
        tests(
            "Network", ["HTTP", "Metrics", "Network"],
            products: [
                .product(name: "NIOCore", package: nio), .product(name: "NIOPosix", package: nio),
                .product(name: "NIOEmbedded", package: nio),
            ]),
        .target(
            name: "APITestSupport",
            dependencies: [
                "API", "Generation", "HTTP", "JSON", "Metrics", "TestSupport", "Threads",
            ], path: "Tests/APITestSupport", swiftSettings: settings()),
        tests(
            "API",
            [
                "API", "APITestSupport", "Generation", "HTTP", "JSON", "Metrics",
                "ServiceContract", "Threads",
            ]),
        tests(
            "OpenAI",
            [
                "API", "APITestSupport", "ChatTemplates", "Generation", "HTTP", "JSON", "Metrics",
                "OpenAI", "Tokenization",
            ], fixtures: true),
        tests(
            "Commands",
            [
                "API", "Checkpoints", "Commands", "JSON", "Logs", "Models", "Serving", "Threads",
                "Tokenization",
            ], products: [argumentParser]),
        tests(
            "Loadtest", ["HTTP", "JSON", "Metrics", "Network", "loadtest"],
            products: [
                argumentParser, .product(name: "NIOCore", package: nio),
                .product(name: "NIOPosix", package: nio),
            ]),
        tests(
            "EndToEnd",
            [
                "Compute", "Devices", "Generation", "Inference", "JSON", "Memory", "Models",
                "Network", "Scheduling", "ServiceContract", "Serving", "Threads",
            ]),
        tests("Tidy", []),
    ] + fuzzers
)

// scripts/sanitize.sh and test-one.sh build only the tests of the targets that they name.
if let wanted = Context.environment["SYDEV_TESTS"] {
    let names = Set(wanted.split(separator: ",").map { "\($0)Tests" })
    package.targets.removeAll { $0.type == .test && !names.contains($0.name) }
    // The last such flag counts, and this one looks for nothing by itself.
    let plain = Set((Context.environment["SYDEV_UNSANITIZED"] ?? "").split(separator: ","))
    for target in package.targets where plain.contains(Substring(target.name)) {
        target.swiftSettings?.append(.unsafeFlags(["-sanitize=fuzzer"]))
    }
}
