import Testing
import UpdateModel

@testable import Export

@Suite("The order of a Windows package") struct PackageOrderTests {
  private static func guid(_ number: UInt64) -> GUID { GUID(high: 7, low: number) }

  private static func identity(_ number: UInt64, _ revision: Int32 = 1) -> UpdateIdentity {
    UpdateIdentity(updateID: guid(number), revisionNumber: revision)
  }

  private static func revision(
    _ number: UInt64, _ kind: UpdateKind = .software, needs: [UInt64] = [], bundles: [UInt64] = []
  ) -> UpdateMetadata {
    var metadata = UpdateMetadata(identity: identity(number), kind: kind)
    metadata.prerequisites = needs.map { PrerequisiteClause(updateIDs: [guid($0)]) }
    metadata.bundledUpdates = bundles.map { BundleClause(identities: [identity($0)]) }
    return metadata
  }

  private static func levels(_ revisions: [UpdateMetadata]) -> [Int?] {
    var order = PackageOrder()
    for revision in revisions { order.add(revision) }
    order.finish()
    return revisions.map { order.level(of: $0.identity) }
  }

  @Test("detectoids, classifications, companies, families, products, updates, whatever was published first")
  func sections() {
    let levels = Self.levels([
      Self.revision(1), Self.revision(2, .category(.product)), Self.revision(3, .category(.productFamily)),
      Self.revision(4, .category(.company)), Self.revision(5, .category(.updateClassification)),
      Self.revision(6, .detectoid), Self.revision(7, .driver),
    ])
    #expect(levels == [5, 4, 3, 2, 1, 0, 5])
  }

  @Test("a bundle stands behind its members at any depth, a detectoid behind those that it needs")
  func depth() {
    let levels = Self.levels([
      Self.revision(1, bundles: [2, 9]), Self.revision(2, bundles: [3]), Self.revision(3),
      Self.revision(4, .detectoid, needs: [5]), Self.revision(5, .detectoid), Self.revision(6, needs: [1]),
    ])
    #expect(levels == [4, 3, 2, 1, 0, 2])
  }

  @Test("what names itself or each other in a circle is placed all the same")
  func circles() {
    let levels = Self.levels([
      Self.revision(1, bundles: [1]), Self.revision(2, bundles: [3]), Self.revision(3, bundles: [2]),
      Self.revision(4, bundles: [2]),
    ])
    #expect(levels == [0, 1, 1, 1])
  }

  @Test("nesting has an end")
  func nesting() {
    let chain = (1...200).map { Self.revision($0, bundles: $0 < 200 ? [$0 + 1] : []) }
    let levels = Self.levels(chain).compactMap { $0 }
    #expect(levels.count == 200)
    #expect(levels.max() == PackageOrder.levelLimit)
  }
}
