import Catalog
import Testing
import UpdateModel

@testable import updatemirror

@Suite("Reports")
struct ReportTests {
  private let began = Timestamp(year: 2026, month: 3, day: 1)

  @Test("the history as JSON has these fields in this form")
  func history() throws {
    let record = SyncRecord(
      began: began, ended: began.adding(seconds: 90.5), endpoint: "http://u:8530", outcome: .incomplete,
      message: "a file is missing", newRevisions: 3, changedDeployments: 2, fetchedFiles: 1, fetchedBytes: 1024,
      missingFiles: 1)
    #expect(
      try JSONText.of(SyncHistoryReport(records: [record])) == """
        {
          "runs" : [
            {
              "began" : "2026-03-01T00:00:00Z",
              "changedDeployments" : 2,
              "ended" : "2026-03-01T00:01:30.5Z",
              "fetchedBytes" : 1024,
              "fetchedFiles" : 1,
              "message" : "a file is missing",
              "missingFiles" : 1,
              "newRevisions" : 3,
              "outcome" : "incomplete",
              "seconds" : 90.5,
              "upstream" : "http://u:8530"
            }
          ]
        }
        """)
  }

  @Test("groups stand below their parents, and a circle of parents ends")
  func groups() {
    let top = TargetGroup.allComputers
    let child = TargetGroup(
      targetGroupID: GUID(high: 1, low: 1), name: "B", parentGroupID: top.targetGroupID, isBuiltin: false)
    let grandchild = TargetGroup(
      targetGroupID: GUID(high: 1, low: 2), name: "A", parentGroupID: child.targetGroupID, isBuiltin: false)
    let report = GroupsReport(groups: [grandchild, child, top])
    #expect(report.groups.map(\.name) == ["All Computers", "B", "A"])
    #expect(report.groups.map(\.depth) == [0, 1, 2])
    var circle = top
    circle.parentGroupID = child.targetGroupID
    #expect(GroupsReport(groups: [circle, child]).groups.count <= 2)
  }

  @Test("clocks that differ by more than two minutes are a finding")
  func clocks() {
    #expect(UpstreamExamination.compare(began, began.adding(seconds: 119)).outcome == .good)
    #expect(UpstreamExamination.compare(began, began.adding(seconds: -121)).outcome == .failed)
  }

  @Test("the configuration file that init writes reads back as what was asked for")
  func configurationFile() throws {
    let settings: [Setting: String] = [.upstreamURL: "http://u:8530", .servePort: "9000", .serverName: "a\"b\\c"]
    let document = try TOMLDocument(text: ConfigurationFile.text(settings), file: "/x/updatemirror.toml")
    let configuration = try Configuration(document: document)
    for setting in Setting.allCases {
      #expect(configuration.text(setting) == settings[setting] ?? setting.fallback, "\(setting.key)")
      #expect((configuration.values[setting]?.origin == .fallback) == (settings[setting] == nil), "\(setting.key)")
    }
  }

  @Test("settings without their comment sign are valid settings")
  func commentedDefaults() throws {
    let text = ConfigurationFile.text([:]).split(separator: "\n").map { line in
      line.contains(" = ") && line.hasPrefix("# ") && !line.contains("updatemirror config") ? line.dropFirst(2) : line
    }
    let settings = text.filter { !$0.contains("; empty = ") && !$0.contains(" = mirror") && !$0.contains("; 0 = ") }
    let document = try TOMLDocument(text: settings.joined(separator: "\n"), file: "/x")
    #expect(try Configuration(document: document).values.values.allSatisfy { $0.origin != .fallback })
  }
}
