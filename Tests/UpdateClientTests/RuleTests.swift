import Testing
import UpdateModel
import WireFormat

@testable import UpdateClient

/// The answer to each kind of rule for one computer (guide 14).
@Suite struct RuleTests {
  static let facts: HostFacts = {
    let json = """
      {
        "windows": {"major": 10, "minor": 0, "build": 26200, "suiteMask": 256, "productType": 1},
        "platformID": 2, "language": "de-DE", "muiLanguages": [], "processorCount": 8,
        "processor": {"architecture": 9, "level": 6}, "systemMetrics": {"86": 0}, "isClusterNode": false,
        "registry": {
          "HKLM\\\\SOFTWARE\\\\Example\\\\Deep": {
            "": {"type": "REG_SZ", "data": "own"}, "Version": {"type": "REG_SZ", "data": "5.10.0.1"},
            "Path": {"type": "REG_EXPAND_SZ", "data": "C:\\\\Program Files\\\\Example"},
            "Words": {"type": "REG_SZ", "data": "not a version"}, "Count": {"type": "REG_DWORD", "data": "16"}
          }
        },
        "folders": {"37": "C:\\\\Windows\\\\System32"},
        "files": {
          "c:\\\\windows\\\\system32\\\\drivers\\\\x.sys": {"version": "5.1.2600.2508", "size": 100, "modified": "2026-01-02T00:00:00Z"},
          "C:\\\\Program Files\\\\Example\\\\e.exe": {"version": "2.0"}
        },
        "msiProducts": [
          {"productCode": "{AAAA}", "version": "3.2.1", "language": "1031", "patches": ["{P1}"], "features": ["F1", "F2"]}
        ],
        "licenses": {"Kernel-ProductInfo": 48},
        "wmiQueries": [{"query": "select 1", "rows": 0}]
      }
      """
    do { return try HostFacts.parse(Array(json.utf8)) } catch { fatalError("\(error)") }
  }()

  private static let key = "Key=\"HKEY_LOCAL_MACHINE\" Subkey=\"SOFTWARE\\Example\\Deep\""

  static let rules: [(String, Truth)] = [
    ("<True />", .holds), ("<False />", .fails),
    ("<And><True /><True /></And>", .holds), ("<And><True /><False /><x /></And>", .fails),
    ("<And><True /><x /></And>", .unknown), ("<And />", .unknown), ("<Or />", .unknown), ("<Not />", .unknown),
    ("<Or><x /><True /></Or>", .holds), ("<Or><x /><False /></Or>", .unknown), ("<Or><False /></Or>", .fails),
    ("<Not><x /></Not>", .unknown), ("<Not><False /></Not>", .holds), ("<Not><False /><False /></Not>", .unknown),
    ("<b.Platform PlatformID=\"2\" />", .holds), ("<b.Platform PlatformID=\"1\" />", .fails),
    ("<b.WindowsVersion Comparison=\"GreaterThanOrEqualTo\" MajorVersion=\"6\" MinorVersion=\"3\" />", .holds),
    (
      "<b.WindowsVersion Comparison=\"LessThan\" MajorVersion=\"10\" MinorVersion=\"0\" BuildNumber=\"26200\" />",
      .fails
    ),
    ("<b.WindowsVersion Comparison=\"GreaterThan\" MajorVersion=\"10\" BuildNumber=\"22000\" />", .holds),
    ("<b.WindowsVersion MajorVersion=\"10\" ProductType=\"3\" />", .fails),
    ("<b.WindowsVersion SuiteMask=\"384\" />", .holds),
    ("<b.WindowsVersion SuiteMask=\"384\" AllSuitesMustBePresent=\"true\" />", .fails),
    ("<b.WindowsVersion Comparison=\"Nearly\" MajorVersion=\"10\" />", .unknown),
    ("<b.WindowsLanguage Language=\"de\" />", .holds), ("<b.WindowsLanguage Language=\"fr\" />", .fails),
    ("<b.MuiInstalled />", .fails), ("<b.MuiLanguageInstalled Language=\"fr-fr\" />", .fails),
    ("<b.SystemMetric Comparison=\"EqualTo\" Index=\"86\" Value=\"0\" />", .holds),
    ("<b.SystemMetric Comparison=\"EqualTo\" Index=\"87\" Value=\"0\" />", .unknown),
    ("<b.Processor Architecture=\"9\" />", .holds), ("<b.Processor Architecture=\"0\" />", .fails),
    ("<b.Processor Architecture=\"9\" Revision=\"1\" />", .unknown),
    ("<b.NumberOfProcessors Comparison=\"LessThanOrEqualTo\" Number=\"8\" />", .holds),
    ("<b.ClusteredOS />", .fails), ("<b.ClusterResourceOwner />", .unknown),
    ("<b.RegKeyExists Key=\"HKEY_LOCAL_MACHINE\" Subkey=\"software\\EXAMPLE\" />", .holds),
    ("<b.RegKeyExists Key=\"HKEY_LOCAL_MACHINE\" Subkey=\"SOFTWARE\\Other\" />", .fails),
    ("<b.RegKeyExists Key=\"HKEY_LOCAL_MACHINE\" Subkey=\"SOFTWARE\" RegType32=\"true\" />", .unknown),
    ("<b.RegValueExists \(key) />", .holds), ("<b.RegValueExists \(key) Value=\"Count\" />", .holds),
    ("<b.RegValueExists \(key) Value=\"Count\" Type=\"REG_SZ\" />", .fails),
    ("<b.RegValueExists \(key) Value=\"None\" />", .fails),
    ("<b.RegDword \(key) Value=\"Count\" Comparison=\"GreaterThan\" Data=\"0x0F\" />", .holds),
    ("<b.RegDword \(key) Value=\"Version\" Comparison=\"EqualTo\" Data=\"5\" />", .fails),
    ("<b.RegSz \(key) Value=\"Version\" Comparison=\"BeginsWith\" Data=\"5.\" />", .holds),
    ("<b.RegSz \(key) Value=\"Version\" Comparison=\"EndsWith\" Data=\"5.\" />", .fails),
    ("<b.RegSz \(key) Value=\"Words\" Comparison=\"Contains\" Data=\"A VER\" />", .holds),
    ("<b.RegExpandSz \(key) Value=\"Path\" Comparison=\"EqualTo\" Data=\"c:\\program files\\example\" />", .holds),
    ("<b.RegSzToVersion \(key) Value=\"Version\" Comparison=\"LessThan\" Data=\"5.50.0.0\" />", .holds),
    ("<b.RegSzToVersion \(key) Value=\"Words\" Comparison=\"LessThan\" Data=\"5.50.0.0\" />", .unknown),
    ("<b.RegSzToVersion \(key) Value=\"None\" Comparison=\"LessThan\" Data=\"5.50.0.0\" />", .fails),
    ("<b.RegKeyLoop \(key) TrueIf=\"Any\"><True /></b.RegKeyLoop>", .unknown),
    ("<b.WUv4RegKeyValue \(key) Value=\"Version\" Data=\"5.10.0.1\" />", .unknown),
    ("<b.FileExists Path=\"drivers\\x.sys\" Csidl=\"37\" />", .holds),
    ("<b.FileExists Path=\"drivers\\x.sys\" Csidl=\"38\" />", .unknown),
    ("<b.FileExists Path=\"drivers\\y.sys\" Csidl=\"37\" />", .fails),
    ("<b.FileExists Path=\"drivers\\x.sys\" Csidl=\"37\" Size=\"101\" />", .fails),
    ("<b.FileExists Path=\"drivers\\x.sys\" Csidl=\"37\" Language=\"1033\" />", .unknown),
    (
      "<b.FileVersion Path=\"drivers\\x.sys\" Csidl=\"37\" Comparison=\"LessThan\" Version=\"5.1.2600.2600\" />", .holds
    ),
    ("<b.FileVersion Path=\"drivers\\x.sys\" Csidl=\"37\" Comparison=\"LessThan\" Version=\"new\" />", .unknown),
    ("<b.FileSize Path=\"drivers\\x.sys\" Csidl=\"37\" Comparison=\"EqualTo\" Size=\"100\" />", .holds),
    ("<b.FileModified Path=\"drivers\\x.sys\" Csidl=\"37\" Comparison=\"LessThan\" Modified=\"2026-01-02\" />", .fails),
    ("<b.FileCreated Path=\"drivers\\x.sys\" Csidl=\"37\" Comparison=\"LessThan\" Created=\"2026-01-02\" />", .unknown),
    (
      "<b.FileVersionPrependRegSz \(key) Value=\"Path\" Path=\"e.exe\" Comparison=\"EqualTo\" Version=\"2.0.0.0\" />",
      .holds
    ),
    ("<b.FileExistsPrependRegSz \(key) Value=\"None\" Path=\"e.exe\" />", .fails),
    ("<b.LicenseValueExists Value=\"Kernel-ProductInfo\" />", .holds),
    ("<b.LicenseDword Value=\"Kernel-ProductInfo\" Comparison=\"EqualTo\" Data=\"48\" />", .holds),
    ("<b.LicenseDword Value=\"Other\" Comparison=\"EqualTo\" Data=\"48\" />", .fails),
    ("<b.WmiQuery Namespace=\"root\\cimv2\" WqlQuery=\"SELECT 1\" />", .fails),
    ("<b.WmiQuery WqlQuery=\"select 2\" />", .unknown), ("<b.InstalledOnce />", .unknown),
    ("<b.GenericQuery Namespace=\"n\" Type=\"t\" Parameter=\"p\" />", .unknown), ("<b.FromTomorrow />", .unknown),
    ("<m.MsiProductInstalled ProductCode=\"{aaaa}\" VersionMin=\"3.2.1\" VersionMax=\"4.0\" />", .holds),
    ("<m.MsiProductInstalled ProductCode=\"{aaaa}\" VersionMin=\"3.2.1\" ExcludeVersionMin=\"true\" />", .fails),
    ("<m.MsiProductInstalled ProductCode=\"{aaaa}\" Language=\"1033\" />", .fails),
    ("<m.MsiProductInstalled ProductCode=\"{bbbb}\" />", .fails),
    ("<m.MsiPatchInstalledForProduct PatchCode=\"{p1}\" ProductCode=\"{AAAA}\" />", .holds),
    ("<m.MsiPatchInstalledForProduct PatchCode=\"{p2}\" ProductCode=\"{AAAA}\" />", .fails),
    (features("", "F1", "F9"), .holds), (features("AllFeaturesRequired=\"true\"", "F1", "F9"), .fails),
    (
      "<m.MsiComponentInstalledForProduct><m.Component>C</m.Component><m.Product>{AAAA}</m.Product></m.MsiComponentInstalledForProduct>",
      .unknown
    ),
    ("<m.MsiPatchInstalled />", .unknown), ("<m.MsiApplicationInstalled />", .unknown),
    ("<CbsPackageInstalledByIdentity><And /></CbsPackageInstalledByIdentity>", .unknown),
    ("<d.WindowsDriverInstalled />", .unknown),
  ]

  private static func features(_ attribute: String, _ names: String...) -> String {
    "<m.MsiFeatureInstalledForProduct \(attribute)>" + names.map { "<m.Feature>\($0)</m.Feature>" }.joined()
      + "<m.Product>{AAAA}</m.Product></m.MsiFeatureInstalledForProduct>"
  }

  private static func rule(_ text: String) throws -> ApplicabilityRule {
    let core = """
      <UpdateIdentity UpdateID="\(GUID.random())" RevisionNumber="1" /><Properties UpdateType="Software" />\
      <ApplicabilityRules><IsInstalled>\(text)</IsInstalled></ApplicabilityRules>
      """
    return try #require(try CoreFragment.parse(Array(core.utf8)).isInstalled)
  }

  @Test("each kind of rule", arguments: rules)
  func answer(_ text: String, _ expected: Truth) throws {
    var evaluator = RuleEvaluator(HostIndex(Self.facts))
    #expect(evaluator.truth(of: try Self.rule(text)) == expected)
  }

  @Test("nothing but the constants is answered about a computer of which nothing is known", arguments: rules)
  func nothingKnown(_ text: String, _ expected: Truth) throws {
    var evaluator = RuleEvaluator(HostIndex(HostFacts()))
    let rule = try Self.rule(text)
    guard rule.name.contains(".") else { return }
    #expect(evaluator.truth(of: rule) == .unknown)
    #expect(evaluator.unanswered == [rule.name])
  }

  @Test("facts that are no facts are refused", arguments: ["", "[]", "{\"files\": 5}", "{\"windows\": {}}"])
  func malformed(_ text: String) {
    #expect(throws: UpdateClientError.self) { try HostFacts.parse(Array(text.utf8)) }
  }
}
