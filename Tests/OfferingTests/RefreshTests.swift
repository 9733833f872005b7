import Offering
import Testing
import UpdateModel

struct RefreshTests {
  @Test("WUSP-270, WUSP-272, WUSP-273: deployed revisions and what they need, by exact identity, each once")
  func refresh() {
    var site = Site()
    site.add(1, .detectoid)
    site.add(2, needs: [.any(1)], bundles: [(3, 1)])
    site.add(3)
    site.add(4)
    site.add(2)
    site.approve(2)
    let asked: [(Int32, Int32)] = [(3, 1), (4, 1), (1, 1), (2, 2), (2, 1), (1, 1), (1, 2), (99, 1)]
    let refreshed = site.offer().refresh(asked.map { (updateKey: $0, revisionNumber: $1) })
    #expect(refreshed.map(\.updateKey) == [3, 1, 2])
    #expect(refreshed.map(\.revisionNumber) == [1, 1, 1])
    #expect(refreshed.map(\.offered.revisionID) == [3, 1, 2])
    #expect(refreshed.map(\.offered.isLeaf) == [true, false, true])
    #expect(refreshed.map(\.offered.deployment.action) == [.bundle, .evaluate, .install])
  }
}
