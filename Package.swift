// swift-tools-version: 6.3
import Foundation
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

// Where pkg-config knows no `llama`, `make setup` puts libllama into `.deps/llama` and its flags are given here:
// SwiftPM would find a `llama.pc` outside pkg-config's own folders only through an environment variable.
let bundledLlama = Context.packageDirectory + "/.deps/llama"
let usesBundledLlama = FileManager.default.fileExists(atPath: bundledLlama + "/lib/pkgconfig/llama.pc")

/// libmtmd, which lets models see, changes its interface often: it is used where its headers have what is needed here.
let pictureHeaders =
    usesBundledLlama ? ["\(bundledLlama)/include"] : ["/usr/include", "/opt/homebrew/include", "/usr/local/include"]
let hasPictures = pictureHeaders.contains { folder in
    let texts = ["mtmd.h", "mtmd-helper.h"].map { try? String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }
    return texts[0]?.contains("mtmd_tokenize_from_parts") == true
        && texts[1]?.contains("mtmd_helper_bitmap_wrapper") == true
}

let llamaSwift: [SwiftSetting] =
    (usesBundledLlama ? [.unsafeFlags(["-Xcc", "-I\(bundledLlama)/include"])] : [])
    + (hasPictures ? [.unsafeFlags(["-Xcc", "-DNIGHTJAR_MTMD"])] : [])

// The run path is in the binary: the installed layout first (PREFIX/bin, PREFIX/lib/nightjar), then this checkout.
let llamaLinker: [LinkerSetting] =
    [.unsafeFlags(["-Xlinker", "-rpath", "-Xlinker", "$ORIGIN/../lib/nightjar"], .when(platforms: [.linux]))]
    + (usesBundledLlama
        ? [.unsafeFlags(["-L\(bundledLlama)/lib", "-Xlinker", "-rpath", "-Xlinker", "\(bundledLlama)/lib"])] : [])
    + (hasPictures ? [.linkedLibrary("mtmd")] : [])

let orderedCollections: Target.Dependency = .product(name: "OrderedCollections", package: "swift-collections")

let package = Package(
    name: "nightjar",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "nightjar", targets: ["nightjar"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    ],
    targets: [
        .systemLibrary(
            name: "CLlama", pkgConfig: usesBundledLlama ? nil : "llama",
            providers: [.brew(["llama.cpp"]), .apt(["libllama-dev"])]),
        .target(
            name: "Jinja",
            dependencies: [orderedCollections],
            swiftSettings: strict),
        .target(
            name: "Workflow",
            dependencies: ["Jinja", orderedCollections, .product(name: "Yams", package: "Yams")],
            swiftSettings: strict),
        .target(name: "LocalFiles", swiftSettings: strict),
        .systemLibrary(name: "CLinux"),
        .target(
            name: "Inference",
            dependencies: [
                "LocalFiles", "Jinja", orderedCollections, .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict),
        .target(
            name: "LocalNetwork",
            dependencies: [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict),
        .target(
            name: "ServerEngine",
            dependencies: ["Inference", "LocalNetwork", "Jinja", orderedCollections],
            swiftSettings: strict),
        .target(
            name: "ModelPull", dependencies: ["LocalFiles", "Inference", "LocalNetwork", "Jinja"], swiftSettings: strict
        ),
        .target(
            name: "LlamaEngine",
            dependencies: [
                "LocalFiles", "Inference", "CLlama", "Jinja", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict + llamaSwift, linkerSettings: llamaLinker),
        .target(
            name: "History",
            dependencies: ["LocalFiles", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strict),
        .target(
            name: "Runner",
            dependencies: [
                "LocalFiles", "Jinja", "Workflow", "Inference", "History", "LocalNetwork", orderedCollections,
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system", condition: .when(platforms: [.linux])),
            ],
            swiftSettings: strict),
        .target(
            name: "Scheduler",
            dependencies: [
                "LocalFiles", "History", "Jinja", "Workflow", orderedCollections,
                .target(name: "CLinux", condition: .when(platforms: [.linux])),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system", condition: .when(platforms: [.linux])),
            ],
            swiftSettings: strict),
        .target(
            name: "NightjarCommands",
            dependencies: [
                "Jinja", "Workflow", "Inference", "LlamaEngine", "LocalNetwork", "ModelPull", "ServerEngine", "History",
                "Runner", "Scheduler",
                orderedCollections,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict + llamaSwift),
        .executableTarget(
            name: "nightjar", dependencies: ["NightjarCommands"], swiftSettings: strict + llamaSwift,
            // Nothing is loaded into the program that would look for its symbols, and their table is 6 MB of memory.
            linkerSettings: [.unsafeFlags(["-Xlinker", "--no-export-dynamic"], .when(platforms: [.linux]))]),
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "Workflow", "Jinja", orderedCollections,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Benchmarks/Fuzz", swiftSettings: strict),
        .executableTarget(
            name: "calls",
            dependencies: [
                "Inference", "LocalNetwork", "ServerEngine",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Benchmarks/Calls", swiftSettings: strict),
        .executableTarget(
            name: "ledger",
            dependencies: [
                "History", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Benchmarks/Ledger", swiftSettings: strict),
        .executableTarget(
            name: "calendar",
            dependencies: ["Scheduler", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            path: "Benchmarks/Calendar", swiftSettings: strict),
        .executableTarget(
            name: "answers",
            dependencies: [
                "AnswerTraps", "Inference", "Jinja", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks/Answers", swiftSettings: strict),
        .executableTarget(
            name: "engine-bench",
            dependencies: [
                "Inference", "Jinja", "LlamaEngine", .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Benchmarks/Engine", swiftSettings: strict + llamaSwift),
        .executableTarget(
            name: "engine-soak",
            dependencies: [
                "EngineSoak", "Inference", "LlamaEngine",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Benchmarks/Soak", swiftSettings: strict + llamaSwift),
        .target(name: "PythonSupport", path: "Tests/PythonSupport", swiftSettings: strict),
        .target(name: "BrowserSupport", path: "Tests/BrowserSupport", swiftSettings: strict),
        .target(name: "AnswerTraps", path: "Tests/AnswerTraps", swiftSettings: strict),
        .target(name: "SmallGGUF", path: "Tests/SmallGGUF", swiftSettings: strict),
        .target(name: "SeededRandom", path: "Tests/SeededRandom", swiftSettings: strict),
        .target(
            name: "EngineSoak", dependencies: ["Inference", "Jinja", "SeededRandom"], path: "Tests/EngineSoak",
            swiftSettings: strict),
        .testTarget(
            name: "JinjaTests", dependencies: ["Jinja", "PythonSupport", "SeededRandom", orderedCollections],
            exclude: ["Differential"], swiftSettings: strict),
        .testTarget(
            name: "WorkflowTests",
            dependencies: ["Workflow", "Jinja", "PythonSupport", "SeededRandom", orderedCollections],
            exclude: ["Corpus"], swiftSettings: strict),
        .testTarget(
            name: "InferenceTests",
            dependencies: [
                "AnswerTraps", "LocalFiles", "Inference", "Jinja", "SeededRandom", "SmallGGUF", orderedCollections,
            ],
            exclude: ["Answers"],
            swiftSettings: strict),
        .testTarget(
            name: "ModelPullTests", dependencies: ["ModelPull", "Jinja", "PythonSupport"], swiftSettings: strict),
        .testTarget(name: "LocalNetworkTests", dependencies: ["LocalNetwork"], swiftSettings: strict),
        .testTarget(
            name: "LlamaEngineTests",
            dependencies: [
                "LlamaEngine", "EngineSoak", "Inference", "Jinja", "PythonSupport", "SeededRandom", "SmallGGUF",
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Schemas", "Pictures"],
            swiftSettings: strict + llamaSwift),
        .testTarget(
            name: "ServerEngineTests",
            dependencies: [
                "ServerEngine", "LlamaEngine", "LocalNetwork", "Inference", "Jinja", "PythonSupport",
                orderedCollections,
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict + llamaSwift),
        .testTarget(
            name: "HistoryTests",
            dependencies: ["History", .product(name: "GRDB", package: "GRDB.swift")],
            exclude: ["Records"],
            swiftSettings: strict),
        .testTarget(
            name: "SchedulerTests",
            dependencies: [
                "Scheduler", "History", "Workflow", "Jinja", "PythonSupport", orderedCollections,
                .product(name: "Logging", package: "swift-log"), .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["Differential"],
            swiftSettings: strict),
        .testTarget(
            name: "RunnerTests",
            dependencies: [
                "Runner", "Workflow", "Inference", "History", "Jinja", "BrowserSupport", "PythonSupport",
                orderedCollections,
            ],
            exclude: ["Charts/harness.js", "Documents"], swiftSettings: strict),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "nightjar", "Jinja", "BrowserSupport", "PythonSupport", "SeededRandom",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["Report/harness.html"],
            swiftSettings: strict + llamaSwift),
    ],
    swiftLanguageModes: [.v6]
)
