// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
]

/// A room of the house (docs/architecture.md). It may import only what is named here.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

func cellar(_ name: String, pkgConfig: String, apt: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let tomlKit = Target.Dependency.product(name: "TOMLKit", package: "TOMLKit")

let package = Package(
  name: "update-mirror",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "updatemirror", targets: ["updatemirror"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    cellar("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
    cellar("CArchive", pkgConfig: "libarchive", apt: "libarchive-dev"),
    cellar("COpenSSL", pkgConfig: "openssl", apt: "libssl-dev"),
    cellar("CLibXML2", pkgConfig: "libxml-2.0", apt: "libxml2-dev"),
    .systemLibrary(name: "CMalloc"),
    cellar("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
    cellar("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),

    room("UpdateModel"),
    room("Offering", ["UpdateModel"]),
    room("Platform", ["CMalloc", "UpdateModel"]),
    room("Sealing", ["COpenSSL", "UpdateModel"]),
    room("Packing", ["CArchive", "CZlib", "CZstd"]),

    room("WireFormat", ["CLibXML2", "UpdateModel"]),
    room("Catalog", ["Offering", "Packing", "UpdateModel", grdb, grdbSQLite]),
    room("ContentStore", ["Platform", "Sealing", "UpdateModel"]),
    room("Transfer", ["CCurl", "UpdateModel"]),

    room(
      "Mirror",
      [
        "Catalog", "ContentStore", "Packing", "Platform", "Transfer", "UpdateModel", "WireFormat",
        logging,
      ]),
    room(
      "UpdateServer",
      [
        "Catalog", "ContentStore", "Offering", "Packing", "Platform", "Sealing", "UpdateModel", "WireFormat",
        hummingbird, hummingbirdCore, httpTypes, lifecycle, logging, nioCore, nioHTTP1, nioSSL,
      ]),
    room(
      "Export",
      [
        "Catalog", "ContentStore", "Packing", "Platform", "Sealing", "UpdateModel", "WireFormat", logging,
      ]),
    room("UpdateClient", ["Platform", "Sealing", "Transfer", "UpdateModel", "WireFormat"]),
    room("Generator", ["Catalog", "ContentStore", "Platform", "Sealing", "UpdateModel", "WireFormat"]),

    .executableTarget(
      name: "updatemirror",
      dependencies: [
        "Catalog", "ContentStore", "Export", "Generator", "Mirror", "Platform", "Sealing", "Transfer", "UpdateModel",
        "UpdateServer", "WireFormat", argumentParser, lifecycle, logging, tomlKit,
      ],
      swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["CLibXML2", "UpdateModel"], path: "Tests/TestSupport", swiftSettings: settings
    ),
    tests("CatalogTests", ["Catalog", "Offering", "UpdateModel", grdb]),
    tests("ContentStoreTests", ["ContentStore", "Platform", "Sealing", "UpdateModel"]),
    tests(
      "MirrorTests",
      [
        "Catalog", "ContentStore", "Mirror", "Packing", "Platform", "Sealing", "TestSupport", "Transfer", "UpdateModel",
        "WireFormat", logging,
      ]),
    tests(
      "EndToEndTests",
      [
        "Catalog", "ContentStore", "Generator", "Platform", "Sealing", "TestSupport", "Transfer", "UpdateClient",
        "UpdateModel",
        "UpdateServer", "WireFormat", "updatemirror", grdb, lifecycle, logging,
      ]),
    tests(
      "ExportTests",
      [
        "Catalog", "ContentStore", "Export", "Generator", "Packing", "Platform", "Sealing", "TestSupport",
        "UpdateModel", "WireFormat", logging,
      ]),
    tests("GeneratorTests", ["Catalog", "ContentStore", "Generator", "Sealing", "UpdateModel", "WireFormat"]),
    tests("OfferingTests", ["Offering", "TestSupport", "UpdateModel"]),
    tests("PackingTests", ["Packing", "TestSupport"]),
    tests("PlatformTests", ["Platform", "UpdateModel"]),
    tests("SealingTests", ["Sealing", "TestSupport", "UpdateModel"]),
    tests("TransferTests", ["TestSupport", "Transfer", "UpdateModel"]),
    tests(
      "UpdateClientTests",
      [
        "Catalog", "ContentStore", "Sealing", "TestSupport", "Transfer", "UpdateClient", "UpdateModel", "UpdateServer",
        "WireFormat", lifecycle, logging,
      ]),
    tests("UpdateModelTests", ["UpdateModel"]),
    tests(
      "UpdateServerTests",
      [
        "Catalog", "ContentStore", "Offering", "Packing", "Platform", "Sealing", "TestSupport", "UpdateModel",
        "UpdateServer", "WireFormat", grdb, lifecycle, logging, nioCore,
      ]),
    tests("WireFormatTests", ["Packing", "TestSupport", "UpdateModel", "WireFormat"]),
    tests(
      "updatemirrorTests",
      [
        "Catalog", "Mirror", "Platform", "Sealing", "TestSupport", "UpdateModel", "UpdateServer", "WireFormat",
        "updatemirror", argumentParser, lifecycle,
      ], exclude: ["Golden"]),
  ],
  swiftLanguageModes: [.v6]
)
