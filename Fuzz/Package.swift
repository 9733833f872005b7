// swift-tools-version: 6.2
// Fuzz targets link libFuzzer: that is why they live in a package of their own.
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
]

/// A room of the main package, by the link `Rooms`.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, path: "Rooms/\(name)", swiftSettings: settings)
}

/// A fuzz target: its folder holds `Target.swift` (the checks), `main.swift`, the seeds in `corpus/` and the dictionary `words.dict`.
func fuzz(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: "Fuzz\(name)", dependencies: ["Fuzzing"] + dependencies, path: name, exclude: ["corpus", "words.dict"],
    swiftSettings: settings)
}

func cellar(_ name: String, pkgConfig: String) -> Target {
  .systemLibrary(name: name, path: "Rooms/\(name)", pkgConfig: pkgConfig)
}

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")

let package = Package(
  name: "fuzz",
  platforms: [.macOS(.v15)],
  dependencies: [.package(url: "https://github.com/apple/swift-nio", from: "2.101.0")],
  targets: [
    cellar("CLibXML2", pkgConfig: "libxml-2.0"),
    cellar("COpenSSL", pkgConfig: "openssl"),

    room("UpdateModel"),
    room("Platform", ["UpdateModel"]),
    room("Sealing", ["COpenSSL", "UpdateModel"]),
    room("WireFormat", ["CLibXML2", "UpdateModel"]),
    room("ContentStore", ["Platform", "Sealing", "UpdateModel"]),
    // What reads a request before anything is looked up, by links; the rest of the room would bring the whole server.
    .target(
      name: "UpdateServer", dependencies: ["ContentStore", "UpdateModel", "WireFormat", nioCore, nioHTTP1],
      path: "RequestRules", swiftSettings: settings),

    .target(name: "Fuzzing", path: "Fuzzing", swiftSettings: settings),
    fuzz("RequestHead", ["UpdateModel", "UpdateServer", nioCore, nioEmbedded, nioHTTP1]),
    fuzz("SOAPReply", ["UpdateModel", "WireFormat"]),
    fuzz("SOAPRequest", ["UpdateModel", "WireFormat"]),
    fuzz("UpdateMetadata", ["UpdateModel", "WireFormat"]),
    fuzz("Xpress", ["WireFormat"]),

    .executableTarget(
      name: "WriteSeeds", dependencies: ["UpdateModel", "WireFormat"], path: "WriteSeeds", swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
