import Foundation
import Testing

@testable import updatemirror

@Suite("Manifests")
struct ManifestTests {
  static let subscriptions = (try? PackageRoot.files(in: "Manifests/subscriptions", ending: ".toml")) ?? []
  static let servers = (try? PackageRoot.files(in: "Manifests/servers", ending: ".toml")) ?? []

  @Test("there are manifests to load")
  func exist() {
    #expect(Self.subscriptions.count >= 3)
    #expect(Self.servers.count >= 3)
  }

  @Test("every subscription manifest loads and fits its schema", arguments: subscriptions)
  func subscription(file: String) throws {
    let document = try TOMLDocument(file: "\(PackageRoot.path)/\(file)")
    _ = try SubscriptionManifest(document)
    #expect(try schema("subscription").findings(.table(document.root)) == [])
  }

  @Test("every server configuration loads, fits its schema and is complete", arguments: servers)
  func server(file: String) throws {
    let document = try TOMLDocument(file: "\(PackageRoot.path)/\(file)")
    let configuration = try Configuration(document: document)
    #expect(try schema("server").findings(.table(document.root)) == [])
    let fromFile = configuration.values.filter { if case .file = $0.value.origin { true } else { false } }
    #expect(Set(fromFile.keys) == Set(Setting.allCases))
    if let manifest = configuration.optional(.subscriptionManifest) {
      #expect(FileManager.default.fileExists(atPath: manifest))
    }
  }

  @Test("the server schema has exactly the settings")
  func schemaHasAllSettings() throws {
    let properties = try schema("server").root["properties"] as? [String: [String: Any]] ?? [:]
    var keys: Set<String> = []
    for (section, content) in properties {
      for name in (content["properties"] as? [String: Any] ?? [:]).keys { keys.insert("\(section).\(name)") }
    }
    #expect(keys == Set(Setting.allCases.map(\.key)))
  }

  @Test("the subscription schema has exactly the keys of the manifest")
  func schemaHasAllKeys() throws {
    let properties = try schema("subscription").root["properties"] as? [String: Any] ?? [:]
    #expect(Set(properties.keys) == Set(SubscriptionManifest.keys))
  }

  @Test("the golden samples are read as the JSON beside them", arguments: ["subscription", "server"])
  func golden(name: String) throws {
    let document = try TOMLDocument(file: "\(PackageRoot.path)/Manifests/schemas/golden/\(name).toml")
    let json = try PackageRoot.text("Manifests/schemas/golden/\(name).json")
    #expect(try JSONDecoder().decode(DocumentValue.self, from: Data(json.utf8)) == .table(document.root))
    #expect(try schema(name).findings(.table(document.root)) == [])
  }

  @Test("the golden subscription holds what it says")
  func goldenSubscription() throws {
    let file = "\(PackageRoot.path)/Manifests/schemas/golden/subscription.toml"
    let manifest = try SubscriptionManifest(try TOMLDocument(file: file))
    #expect(manifest.products == ["Windows Server 2025", "a3c2375d-0c8a-42f9-bce0-28333e198407"])
    #expect(manifest.languages == ["en", "no"])
    #expect(manifest.contentMode == .eager)
    #expect(manifest.includesExpressFiles && !manifest.includesDrivers)
    #expect(manifest.schedule.minutes == [150, 840])
  }

  private func schema(_ name: String) throws -> SchemaCheck {
    let object = try JSONSerialization.jsonObject(
      with: Data(PackageRoot.text("Manifests/schemas/\(name).schema.json").utf8))
    return SchemaCheck(root: try #require(object as? [String: Any]))
  }
}
