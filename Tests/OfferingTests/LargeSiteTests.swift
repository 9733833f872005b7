import Foundation
import Offering
import Testing
import UpdateModel

/// Sizes at which the room has to work. The figures that the tests print are for people (docs/offering.md).
struct LargeSiteTests {
  private func print(_ words: String, repeated count: Int = 1, _ body: () -> Void) {
    let duration = ContinuousClock().measure { for _ in 0..<count { body() } } / count
    Swift.print("offering: \(words): \(duration)")
  }

  @Test("WUSP-231: 50,000 revisions, 6,000 approvals: a whole scan, and a differential one with nothing new")
  func differentialScan() {
    let site = LargeSite(revisions: 50_000, approvals: 6_000)
    let inputs = site.inputs
    let offer = GroupOffer(inputs, groups: [Site.allComputers], at: Site.start)
    print("closure of 6,000 approvals", repeated: 5) {
      _ = GroupOffer(inputs, groups: [Site.allComputers], at: Site.start)
    }

    var installed: [Int32] = []
    var cached: [Int32] = []
    var rounds = 0
    var answer: SyncAnswer
    repeat {
      answer = offer.sync(.software(installed: installed, cached: cached, limit: 5_000))
      // Every second detectoid and category applies, as on one computer of many.
      for new in answer.new {
        if !new.isLeaf, new.revisionID % 2 == 1 || new.revisionID <= 12 {
          installed.append(new.revisionID)
        } else {
          cached.append(new.revisionID)
        }
      }
      rounds += 1
    } while answer.isTruncated || answer.new.contains { !$0.isLeaf }
    #expect(rounds < 20)
    #expect(cached.count > 5_000)

    let query = SyncQuery.software(installed: installed, cached: cached, since: answer.mark)
    let again = offer.sync(query)
    #expect(again.new.isEmpty && again.changed.isEmpty && again.outOfScope.isEmpty)
    print("differential scan, \(installed.count) installed, \(cached.count) cached", repeated: 200) {
      _ = offer.sync(query)
    }
    print("first call of a new client", repeated: 200) { _ = offer.sync(.software()) }
    var filtered = query
    filtered.filterCategories = [40]
    print("scan of one category", repeated: 100) { _ = offer.sync(filtered) }
  }

  @Test("200,000 revisions, a fifth of them drivers, are kept in memory")
  func memory() {
    let before = Self.residentKiB()
    let site = LargeSite(revisions: 200_000, approvals: 20_000, drivers: 5)
    let built = Self.residentKiB()
    Swift.print("offering: memory of 200,000 revisions: \((built - before) / 1024) MiB")
    let inputs = site.inputs
    print("closure of 20,000 approvals") { _ = GroupOffer(inputs, groups: [Site.allComputers], at: Site.start) }
    let offer = GroupOffer(inputs, groups: [Site.allComputers], at: Site.start)
    Swift.print("offering: with the offer to one set of groups: \((Self.residentKiB() - before) / 1024) MiB")
    #expect(site.catalogue.count == 200_000)
    #expect(offer.isOffered(revisionID: site.deployments[0].updateKey))
  }

  private static func residentKiB() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 4 } ?? 0
  }
}
