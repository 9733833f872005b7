import Catalog
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

@Suite struct CategoryScanTests {
  private static let types: [Int: CategoryType] = [
    1: .product, 2: .product, 3: .updateClassification, 4: .productFamily,
  ]

  private static func request(_ groups: [[Int]]) -> StartCategoryScan.Request {
    .init(
      requestedCategories: groups.enumerated().flatMap { index, group in
        group.map { .init(indexOfAndGroup: Int32(index), categoryID: Fixtures.guid($0)) }
      })
  }

  /// Groups, the preferred categories, the unknown ones.
  private static let cases: [([[Int]], [Int], [Int])] = [
    ([[1]], [1], []), ([[1, 3]], [1], []), ([[1], [2, 3]], [1, 2], []), ([[3]], [], []), ([[1, 2]], [], []),
    ([[4]], [], []), ([[1], [3]], [], []), ([[9]], [], [9]), ([[1, 9]], [], [9]), ([[1], [2, 9]], [1], [9]),
    ([[1], [1, 3]], [1], []), ([], [], []),
  ]

  @Test("WUSP-315 WUSP-316 WUSP-317 WUSP-318: groups of categories and what they are answered", arguments: cases)
  func groups(_ groups: [[Int]], _ preferred: [Int], _ unknown: [Int]) async throws {
    try await ServerRig.run { rig async throws in
      for (number, type) in Self.types.sorted(by: { $0.key < $1.key }) {
        try await rig.catalog.publishNow(Fixtures.metadata(number, kind: .category(type)), kind: .configuration)
      }
      let answer = try await rig.call(StartCategoryScan.self, Self.request(groups))
      #expect(answer.preferredCategoryIDs == preferred.map { Fixtures.guid($0) })
      #expect(answer.requestedCategoryIDsInError == unknown.map { Fixtures.guid($0) })
    }
  }

  @Test("WUSP-314 WUSP-319: no list is InvalidParameters, and so are 200 categories; 199 are answered")
  func parameters() async throws {
    try await ServerRig.run { rig async throws in
      let missing = try await rig.fault(StartCategoryScan.self, .init(requestedCategories: nil))
      #expect(missing.message == "requestedCategories")
      let most = try await rig.raw(StartCategoryScan.self, Self.request([Array(0..<199)]))
      #expect(most.status == 200)
      let many = try await rig.fault(StartCategoryScan.self, Self.request([Array(0..<200)]))
      #expect(many.code == .invalidParameters)
      #expect(many.message == "requestedCategories")
    }
  }

  @Test("WUSP-320: a server that announces less than 3.2 does not have it")
  func olderServer() async throws {
    var configuration = ClientServiceConfiguration()
    configuration.protocolVersion = ProtocolVersion(major: 3, minor: 1)
    try await ServerRig.run(clients: configuration) { rig async throws in
      #expect(try await rig.fault(StartCategoryScan.self, Self.request([[1]])).code == nil)
    }
  }

  @Test("WUSP-223 WUSP-224 WUSP-225 WUSP-226: a filter limits the scan, and what it leaves out is told apart")
  func filter() async throws {
    try await ServerRig.run { rig async throws in
      try await rig.catalog.publishNow(
        Fixtures.metadata(1, kind: .category(.product)), Fixtures.metadata(2, kind: .category(.product)),
        kind: .configuration)
      try await rig.catalog.publishNow(
        Fixtures.metadata(11, categories: [Fixtures.guid(1)]) { $0.isExplicitlyDeployable = true },
        Fixtures.metadata(12, categories: [Fixtures.guid(2)]) { $0.isExplicitlyDeployable = true })
      for number in [11, 12] { try await ClientCatalogue.approve(number, in: rig.catalog) }
      var client = try await TestClient.known(to: rig)
      let all = try await client.scan().updates
      #expect(all.count == 4)
      let installed = all.filter { !$0.isLeaf }.map(\.id)
      let other = all.filter(\.isLeaf).map(\.id)
      let unwanted = try #require(all.first { $0.updateID == Fixtures.guid(12) }?.id)
      let filtered = try await client.sync(installed: installed, other: other + [999]) { parameters in
        parameters.filterCategoryIDs = [Fixtures.guid(1)]
        parameters.needsTwoGroupOutOfScopeUpdates = true
      }
      #expect(filtered.outOfScopeRevisionIDs == [999])
      #expect(filtered.deployedOutOfScopeRevisionIDs?.contains(unwanted) == true)
      let nothing = try await client.sync { $0.filterCategoryIDs = [Fixtures.guid(77)] }
      #expect(nothing.newUpdates.isEmpty)
      let many = client.syncRequest { $0.filterCategoryIDs = (0..<201).map { Fixtures.guid($0) } }
      #expect(try await rig.fault(SyncUpdates.self, many).message == "parameters.FilterCategoryIds")
      var old = try await TestClient.known(to: rig, id: "old", version: "1.6")
      #expect(try await old.sync { $0.filterCategoryIDs = [Fixtures.guid(77)] }.newUpdates.count == 2)
    }
  }
}
