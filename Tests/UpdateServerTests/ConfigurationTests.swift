import Catalog
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

@Suite struct ConfigurationTests {
  @Test("SSS-113: the three flags are those of the settings", arguments: 0..<8)
  func flags(_ bits: Int) async throws {
    try await ServerRig.run { rig async throws in
      var settings = try await rig.catalog.settings()
      settings.isCatalogOnly = bits & 1 != 0
      settings.isLazy = bits & 2 != 0
      settings.hostsPSFFiles = bits & 4 != 0
      try await rig.catalog.save(settings)
      let configuration = try await Self.configuration(rig)
      #expect(configuration.isCatalogOnly == settings.isCatalogOnly)
      #expect(configuration.isLazy == settings.isLazy)
      #expect(configuration.hostsPSFFiles == settings.hostsPSFFiles)
    }
  }

  @Test("SSS-029, SSS-114, SSS-115, SSS-116: all elements are there, in the order of the specification's table")
  func order() async throws {
    try await ServerRig.run { rig async throws in
      let answer = try await rig.raw(GetConfigData.self, .init(cookie: try await rig.cookie(), anchor: nil))
      let body = try XMLElement.parse(answer.body, limits: .request).child("Body")
      let result = body?.child("GetConfigDataResponse")?.child("GetConfigDataResult")
      #expect(
        result?.children.map(\.name) == [
          "CatalogOnlySync", "LazySync", "ServerHostsPsfFiles", "MaxNumberOfUpdatesPerRequest",
          "MaxNumberOfDriverSetsPerRequest", "MaxNumberOfComputerIdsInRequest", "MaxNumberOfPnpHardwareIdsInRequest",
          "NewConfigAnchor", "ProtocolVersion", "LanguageUpdateList", "MaxUpdatesPerRequestInGetUpdateDecryptionData",
        ])
      #expect(result?.text(of: "ProtocolVersion") == "1.20")
      #expect(result?.text(of: "NewConfigAnchor").flatMap { ChangeMark($0) } != nil)
    }
  }

  @Test("SSS-117, SSS-118: entry 0 comes first and shows the flag for all languages", arguments: [true, false])
  func allLanguages(_ isEnabled: Bool) async throws {
    try await ServerRig.run { rig async throws in
      let german = LanguageSetting(languageID: 1031, shortName: "de", longName: "German", isEnabled: true)
      try await Self.setLanguages(rig, [Self.all(isEnabled), german])
      let languages = try await Self.configuration(rig).languages
      #expect(languages == [Self.all(isEnabled), german])
    }
  }

  @Test("SSS-119: with an anchor only the languages changed since come, and always entry 0")
  func changedLanguages() async throws {
    try await ServerRig.run { rig async throws in
      let german = LanguageSetting(languageID: 1031, shortName: "de", longName: "German", isEnabled: true)
      let french = LanguageSetting(languageID: 1036, shortName: "fr", longName: "French", isEnabled: false)
      try await Self.setLanguages(rig, [Self.all(false), german, french])
      let first = try await Self.configuration(rig)
      #expect(try await Self.configuration(rig, since: first.anchor).languages == [Self.all(false)])
      let enabled = LanguageSetting(languageID: 1036, shortName: "fr", longName: "French", isEnabled: true)
      try await Self.setLanguages(rig, [enabled])
      #expect(try await Self.configuration(rig, since: first.anchor).languages == [Self.all(false), enabled])
    }
  }

  @Test(
    "an unknown config anchor gets all languages (AMB-11)", arguments: ["", "rubbish", "9438,2026-10-04 16:33:26.670"])
  func unknownAnchor(_ anchor: String) async throws {
    try await ServerRig.run { rig async throws in
      let german = LanguageSetting(languageID: 1031, shortName: "de", longName: "German", isEnabled: true)
      try await Self.setLanguages(rig, [german])
      let languages = try await Self.configuration(rig, since: ConfigAnchor(anchor)).languages
      #expect(languages.map(\.languageID) == [0, 1031])
    }
  }

  private static func all(_ isEnabled: Bool) -> LanguageSetting {
    LanguageSetting(languageID: 0, shortName: "all", longName: "all", isEnabled: isEnabled)
  }

  private static func configuration(_ rig: ServerRig, since anchor: ConfigAnchor? = nil) async throws
    -> ServerConfiguration
  {
    try await rig.call(GetConfigData.self, .init(cookie: try await rig.cookie(), anchor: anchor))
  }

  /// Languages reach this server in the configuration of its own upstream server.
  private static func setLanguages(_ rig: ServerRig, _ languages: [LanguageSetting]) async throws {
    try await rig.catalog.save(
      ServerConfiguration(
        isCatalogOnly: false, isLazy: true, hostsPSFFiles: false, limits: RequestLimits(),
        protocolVersion: .announced, anchor: ConfigAnchor("u"), languages: languages))
  }
}
