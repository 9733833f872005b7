import Testing
import UpdateModel
import WireFormat

@testable import UpdateClient

/// What revisions are, from what others are: prerequisites, bundles, circles (guide 14).
@Suite struct ApplicabilityTests {
  private static func revision(
    _ number: Int32, needs: [[Int]] = [], bundles: [[Int]] = []
  ) throws -> CachedRevision {
    func clause(_ numbers: [Int], _ attribute: String) -> String {
      "<AtLeastOne>" + numbers.map { "<UpdateIdentity UpdateID=\"\(Document.guid($0))\"\(attribute) />" }.joined()
        + "</AtLeastOne>"
    }
    let core = """
      <UpdateIdentity UpdateID="\(Document.guid(Int(number)))" RevisionNumber="1" /><Properties UpdateType="Software" />\
      <Relationships><Prerequisites>\(needs.map { clause($0, "") }.joined())</Prerequisites>\
      <BundledUpdates>\(bundles.map { clause($0, " RevisionNumber=\"1\"") }.joined())</BundledUpdates></Relationships>
      """
    let deployment = ClientDeployment(id: 1, action: .install, lastChange: .never)
    return CachedRevision(
      UpdateInfo(id: number, deployment: deployment, isLeaf: true), deployment, try CoreFragment.parse(Array(core.utf8))
    )
  }

  private static func result(_ revisions: [CachedRevision], _ own: [Applicability]) -> [Applicability] {
    ApplicabilityPass(revisions, own: own).result
  }

  @Test("all clauses of the prerequisites must have an installed member, through any number of levels")
  func prerequisites() throws {
    let revisions = [
      try Self.revision(1), try Self.revision(2, needs: [[1, 9]]), try Self.revision(3, needs: [[2], [1]]),
      try Self.revision(4, needs: [[2], [9]]), try Self.revision(5, needs: [[3]]),
    ]
    #expect(
      Self.result(revisions, [.installed, .installed, .needed, .needed, .needed]) == [
        .installed, .installed, .needed, .notApplicable, .notApplicable,
      ])
  }

  @Test("updates that need each other are not applicable")
  func circle() throws {
    let revisions = [try Self.revision(1, needs: [[2]]), try Self.revision(2, needs: [[1]])]
    #expect(Self.result(revisions, [.installed, .installed]) == [.notApplicable, .notApplicable])
  }

  static let bundles: [([Applicability], Applicability)] = [
    ([.needed, .installed], .needed), ([.installed, .installed], .installed),
    ([.installed, .notApplicable], .installed), ([.notApplicable, .notApplicable], .notApplicable),
    ([.needed, .notEvaluated], .notEvaluated),
  ]

  @Test("a bundle is what its members are", arguments: bundles)
  func bundle(_ members: [Applicability], _ expected: Applicability) throws {
    let revisions = [
      try Self.revision(1, bundles: [[2], [3]]), try Self.revision(2), try Self.revision(3),
      try Self.revision(4, bundles: [[1]]),
    ]
    let result = Self.result(revisions, [.notApplicable] + members + [.notApplicable])
    #expect(result[0] == expected)
    #expect(result[3] == expected)
  }

  @Test("of alternative members one is enough")
  func alternatives() throws {
    let revisions = [try Self.revision(1, bundles: [[2, 3]]), try Self.revision(2), try Self.revision(3)]
    #expect(Self.result(revisions, [.notApplicable, .needed, .installed])[0] == .installed)
  }

  @Test("bundles that include each other are not evaluated")
  func bundleCircle() throws {
    let revisions = [try Self.revision(1, bundles: [[2]]), try Self.revision(2, bundles: [[1]])]
    #expect(Self.result(revisions, [.installed, .installed]) == [.notEvaluated, .notEvaluated])
  }

  @Test("a chain of 20,000 prerequisites takes no stack and little time")
  func longChain() throws {
    let first = try Self.revision(0)
    var revisions = [first]
    for number in 1..<20_000 { revisions.append(try Self.revision(Int32(number), needs: [[number - 1]])) }
    let own = [Applicability](repeating: .installed, count: revisions.count)
    #expect(Self.result(revisions.reversed(), own).allSatisfy { $0 == .installed })
  }
}
