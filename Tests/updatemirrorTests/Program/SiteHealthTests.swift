import Catalog
import Testing
import UpdateModel

@testable import updatemirror

@Suite struct SiteHealthTests {
  private func warning(_ outcome: SyncRecord.Outcome, missing: Int = 0, isRunning: Bool = false) -> String? {
    let moment = Timestamp(unixSeconds: 1_700_000_000)
    let run = SyncRecord(began: moment, ended: moment, endpoint: nil, outcome: outcome, missingFiles: missing)
    return Site.warning(of: run, isRunning: isRunning)
  }

  @Test("a run that is fetching files is nothing to warn of; one that was killed meanwhile is")
  func unfinished() {
    #expect(warning(.unfinished, isRunning: true) == nil)
    #expect(warning(.unfinished) == "killed while it fetched files; the next one continues")
  }

  @Test("a run that did not bring everything is told to the operator, whatever runs now")
  func ended() {
    #expect(warning(.succeeded) == nil)
    #expect(warning(.incomplete, missing: 2, isRunning: true) == "2 files missing")
    #expect(warning(.failed) == "failed")
    #expect(warning(.cancelled) == "cancelled; the next one continues")
  }
}
