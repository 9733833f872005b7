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

/// A part of a room: `folder` holds links to the files that need nothing of the rest.
func part(
  of name: String, _ folder: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .target(name: name, dependencies: dependencies, path: folder, exclude: exclude, swiftSettings: settings)
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
    cellar("CArchive", pkgConfig: "libarchive"),
    cellar("CLibXML2", pkgConfig: "libxml-2.0"),
    cellar("COpenSSL", pkgConfig: "openssl"),
    cellar("CZlib", pkgConfig: "zlib"),
    cellar("CZstd", pkgConfig: "libzstd"),

    room("UpdateModel"),
    room("Platform", ["UpdateModel"]),
    room("Sealing", ["COpenSSL", "UpdateModel"]),
    room("Packing", ["CArchive", "CZlib", "CZstd"]),
    room("WireFormat", ["CLibXML2", "UpdateModel"]),
    room("ContentStore", ["Platform", "Sealing", "UpdateModel"]),
    // What reads a request before anything is looked up: the rest would bring the whole server.
    part(
      of: "UpdateServer", "RequestRules", ["ContentStore", "UpdateModel", "WireFormat", nioCore, nioHTTP1]),
    // What reads an archive: the rest would bring the database.
    part(of: "Catalog", "CatalogRecords", ["UpdateModel"]),
    part(
      of: "Export", "ArchiveRules", ["Catalog", "Packing", "Platform", "Sealing", "UpdateModel", "WireFormat"],
      exclude: ["Format/ArchiveState+Catalog.swift"]),

    .target(name: "Fuzzing", path: "Fuzzing", swiftSettings: settings),
    .target(name: "Cabinets", dependencies: ["Packing"], path: "Cabinets", swiftSettings: settings),
    fuzz("ArchiveManifest", ["Catalog", "Export", "UpdateModel"]),
    fuzz("ArchiveObjects", ["Export", "Packing", "UpdateModel"]),
    fuzz("ArchiveVolume", ["Catalog", "Export", "Platform", "Sealing", "UpdateModel"]),
    fuzz("Cabinet", ["Cabinets", "Packing"]),
    fuzz("Receipt", ["Export", "Sealing", "UpdateModel"]),
    fuzz("RequestHead", ["UpdateModel", "UpdateServer", nioCore, nioEmbedded, nioHTTP1]),
    fuzz("Signature", ["Sealing", "UpdateModel"]),
    fuzz("SOAPReply", ["UpdateModel", "WireFormat"]),
    fuzz("SOAPRequest", ["UpdateModel", "WireFormat"]),
    fuzz("UpdateMetadata", ["UpdateModel", "WireFormat"]),
    fuzz("WindowsPackage", ["UpdateModel", "WireFormat"]),
    fuzz("Xpress", ["WireFormat"]),

    .executableTarget(
      name: "WriteSeeds",
      dependencies: ["Cabinets", "Catalog", "Export", "Packing", "Sealing", "UpdateModel", "WireFormat"],
      path: "WriteSeeds", swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
