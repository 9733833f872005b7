import Catalog
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

@Suite struct ListingTests {
  static let product = Fixtures.guid(901)
  static let otherProduct = Fixtures.guid(902)
  static let classification = Fixtures.guid(911)
  static let otherClassification = Fixtures.guid(912)

  /// Two products, two classifications, a detectoid.
  private static func publishCategories(_ rig: ServerRig) async throws {
    try await rig.catalog.publishNow(
      Fixtures.metadata(901, kind: .category(.product)), Fixtures.metadata(902, kind: .category(.product)),
      Fixtures.metadata(911, kind: .category(.updateClassification)),
      Fixtures.metadata(912, kind: .category(.updateClassification)), Fixtures.metadata(921, kind: .detectoid),
      kind: .configuration)
  }

  private static func list(
    _ rig: ServerRig, _ filter: RevisionFilter, version: String = "1.20"
  ) async throws -> RevisionIDList {
    try await rig.call(GetRevisionIdList.self, .init(cookie: try await rig.cookie(version: version), filter: filter))
  }

  private static func numbers(_ list: RevisionIDList) -> Set<UInt64> { Set(list.identities.map(\.updateID.low)) }

  private static func updates(
    since anchor: SyncAnchor? = nil, categories: [RevisionFilter.Entry] = [],
    classifications: [RevisionFilter.Entry] = []
  ) -> RevisionFilter {
    RevisionFilter(
      anchor: anchor, isConfiguration: false, categories: categories, classifications: classifications)
  }

  @Test("a request without a filter is InvalidParameters with the name filter")
  func noFilter() async throws {
    try await ServerRig.run { rig async throws in
      let fault = try await rig.fault(GetRevisionIdList.self, .init(cookie: try await rig.cookie(), filter: nil))
      #expect(fault.code == .invalidParameters)
      #expect(fault.message == "filter")
    }
  }

  @Test("SSS-131: a malformed anchor is InvalidParameters with the name filter", arguments: ["x", "1,2", " ", "7"])
  func malformedAnchor(_ text: String) async throws {
    try await ServerRig.run { rig async throws in
      let fault = try await rig.fault(
        GetRevisionIdList.self,
        .init(cookie: try await rig.cookie(), filter: Self.updates(since: SyncAnchor(text))))
      #expect(fault.code == .invalidParameters)
      #expect(fault.message == "filter")
    }
  }

  @Test("SSS-387: foreign and future anchors are ServerChanged")
  func foreignAnchors() async throws {
    try await ServerRig.run { rig async throws in
      let mark = try await rig.catalog.mark()
      let anchors = [
        ChangeMark(sequence: mark.sequence, time: mark.time, epoch: "other").description,
        ChangeMark(sequence: mark.sequence + 1, time: mark.time, epoch: mark.epoch).description,
        "9438,2026-10-04 16:33:26.670",
      ]
      for anchor in anchors {
        let fault = try await rig.fault(
          GetRevisionIdList.self,
          .init(cookie: try await rig.cookie(), filter: Self.updates(since: SyncAnchor(anchor))))
        #expect(fault.code == .serverChanged, "\(anchor)")
      }
    }
  }

  @Test("SSS-132, SSS-137: no anchor and an empty one list everything; with the new anchor the list is empty and there")
  func anchors() async throws {
    try await ServerRig.run { rig async throws in
      try await rig.catalog.publishNow(Fixtures.metadata(1), Fixtures.metadata(2))
      let first = try await Self.list(rig, Self.updates())
      let second = try await Self.list(rig, Self.updates(since: SyncAnchor("")))
      #expect(Self.numbers(first) == [1, 2])
      #expect(second == first)
      let answer = try await rig.raw(
        GetRevisionIdList.self, .init(cookie: try await rig.cookie(), filter: Self.updates(since: first.anchor)))
      #expect(answer.text.contains("<Anchor>\(first.anchor.text)</Anchor><NewRevisions />"))
    }
  }

  @Test("SSS-133, SSS-134, SSS-139: GetConfig divides categories from updates, and ignores the filter lists")
  func kinds() async throws {
    try await ServerRig.run { rig async throws in
      try await Self.publishCategories(rig)
      try await rig.catalog.publishNow(Fixtures.metadata(1), Fixtures.metadata(2, kind: .driver))
      var filter = RevisionFilter(anchor: nil, isConfiguration: true)
      #expect(Self.numbers(try await Self.list(rig, filter)) == [901, 902, 911, 912, 921])
      filter.categories = [.init(id: Self.product, isDelta: false)]
      filter.classifications = [.init(id: Self.classification, isDelta: false)]
      #expect(Self.numbers(try await Self.list(rig, filter)) == [901, 902, 911, 912, 921])
      #expect(Self.numbers(try await Self.list(rig, Self.updates())) == [1, 2])
    }
  }

  @Test("SSS-135, SSS-025: only the highest revision of an update is listed, with both numbers")
  func highestRevision() async throws {
    try await ServerRig.run { rig async throws in
      for revision in [2, 3, 1] as [Int32] {
        try await rig.catalog.publishNow(Fixtures.metadata(1, revision: revision))
      }
      let list = try await Self.list(rig, Self.updates())
      #expect(list.identities == [UpdateIdentity(updateID: Fixtures.guid(1), revisionNumber: 3)])
    }
  }

  @Test("SSS-136: after a listing only what was added since is listed")
  func addedSince() async throws {
    try await ServerRig.run { rig async throws in
      try await rig.catalog.publishNow(Fixtures.metadata(1))
      let anchor = try await Self.list(rig, Self.updates()).anchor
      try await rig.catalog.publishNow(Fixtures.metadata(2))
      #expect(Self.numbers(try await Self.list(rig, Self.updates(since: anchor))) == [2])
    }
  }

  @Test("SSS-138: a filter selects updates with one of its categories and one of its classifications")
  func filters() async throws {
    try await ServerRig.run { rig async throws in
      try await Self.publishMatrix(rig)
      let products = [Self.product, Self.otherProduct].map { RevisionFilter.Entry(id: $0, isDelta: false) }
      let classifications = [Self.classification, Self.otherClassification].map {
        RevisionFilter.Entry(id: $0, isDelta: false)
      }
      let select = { (categories: [RevisionFilter.Entry], classifications: [RevisionFilter.Entry]) in
        Self.numbers(try await Self.list(rig, Self.updates(categories: categories, classifications: classifications)))
      }
      #expect(try await select([products[0]], [classifications[0]]) == [1])
      #expect(try await select([products[0]], [classifications[1]]) == [2])
      #expect(try await select(products, [classifications[0]]) == [1, 3])
      #expect(try await select(products, classifications) == [1, 2, 3, 4])
      #expect(try await select([.init(id: Fixtures.guid(999), isDelta: false)], classifications) == [])
    }
  }

  @Test("SSS-140: a filter with one side only selects nothing")
  func oneSided() async throws {
    try await ServerRig.run { rig async throws in
      try await Self.publishMatrix(rig)
      let product = RevisionFilter.Entry(id: Self.product, isDelta: false)
      let classification = RevisionFilter.Entry(id: Self.classification, isDelta: false)
      #expect(try await Self.list(rig, Self.updates(categories: [product])).identities.isEmpty)
      #expect(try await Self.list(rig, Self.updates(classifications: [classification])).identities.isEmpty)
    }
  }

  @Test("SSS-141, SSS-142: Delta decides for each id whether the anchor counts")
  func deltas() async throws {
    try await ServerRig.run { rig async throws in
      try await Self.publishMatrix(rig)
      let anchor = try await Self.list(rig, Self.updates()).anchor
      try await rig.catalog.publishNow(Fixtures.metadata(5, categories: [Self.product, Self.classification]))
      let delta = Self.updates(
        since: anchor, categories: [.init(id: Self.product, isDelta: true)],
        classifications: [.init(id: Self.classification, isDelta: true)])
      #expect(Self.numbers(try await Self.list(rig, delta)) == [5])
      let complete = Self.updates(
        since: anchor, categories: [.init(id: Self.product, isDelta: false)],
        classifications: [.init(id: Self.classification, isDelta: true)])
      #expect(Self.numbers(try await Self.list(rig, complete)) == [1, 5])
    }
  }

  @Test("SSS-066: updates for a newer protocol are withheld")
  func protocolVersions() async throws {
    try await ServerRig.run { rig async throws in
      try await rig.catalog.publishNow(
        Fixtures.metadata(1),
        Fixtures.metadata(2) { $0.compatibleProtocolVersion = ProtocolVersion(major: 1, minor: 20) })
      #expect(Self.numbers(try await Self.list(rig, Self.updates(), version: "1.8")) == [1])
      #expect(Self.numbers(try await Self.list(rig, Self.updates(), version: "1.20")) == [1, 2])
    }
  }

  @Test("SSS-065, SSS-144: a 1.1 DSS is restricted to 63 languages, others as they ask", arguments: [nil, true, false])
  func languageRestriction(_ asked: Bool?) async throws {
    var filter = Self.updates()
    filter.is63LanguagesOnly = asked
    #expect(filter.adapted(to: ProtocolVersion(major: 1, minor: 1)).is63LanguagesOnly == true)
    for minor in [2, 3, 8, 20] {
      #expect(filter.adapted(to: ProtocolVersion(major: 1, minor: minor)).is63LanguagesOnly == asked)
    }
    try await ServerRig.run { [filter] rig async throws in
      for version in ["1.1", "1.2", "1.20"] { _ = try await Self.list(rig, filter, version: version) }
    }
  }

  @Test("SSS-065: an update for more than 63 languages is withheld from a DSS that keeps only 63 apart")
  func manyLanguages() async throws {
    try await ServerRig.run { rig async throws in
      let languages = (0..<64).map { "l\($0)" }
      try await rig.catalog.publishNow(
        Fixtures.metadata(1), Fixtures.metadata(2) { $0.languages = Array(languages.prefix(63)) },
        Fixtures.metadata(3) { $0.languages = languages })
      var filter = Self.updates()
      for (version, asked, expected) in [
        ("1.1", nil, [1, 2]), ("1.2", true, [1, 2]), ("1.2", false, [1, 2, 3]), ("1.20", true, [1, 2]),
        ("1.20", false, [1, 2, 3]), ("1.20", nil, [1, 2, 3]),
      ] as [(String, Bool?, Set<UInt64>)] {
        filter.is63LanguagesOnly = asked
        #expect(
          Self.numbers(try await Self.list(rig, filter, version: version)) == expected, "\(version) \(asked as Any)")
      }
    }
  }

  @Test("SSS-143: what a writer adds while listings run is in their union, and nothing is listed twice")
  func concurrency() async throws {
    try await ServerRig.run { rig async throws in
      let count = 120
      let cookie = try await rig.cookie()
      let isDone = Watched(false)
      async let writing: Void = {
        for number in 1...count { try await rig.catalog.publishNow(Fixtures.metadata(number)) }
        isDone.update { $0 = true }
      }()
      var seen: [UpdateIdentity] = []
      var anchor: SyncAnchor?
      var isLast = false
      repeat {
        isLast = isDone.value
        let list = try await rig.call(
          GetRevisionIdList.self, .init(cookie: cookie, filter: Self.updates(since: anchor)))
        seen += list.identities
        anchor = list.anchor
      } while !isLast
      try await writing
      #expect(seen.count == count)
      #expect(Set(seen.map(\.updateID.low)) == Set(1...UInt64(count)))
    }
  }

  @Test("a listing longer than one piece arrives whole")
  func longListing() async throws {
    try await ServerRig.run { rig async throws in
      try await rig.catalog.publishNow((1...1_500).map { Fixtures.staged(Fixtures.metadata($0)) })
      let request = GetRevisionIdList.Request(cookie: try await rig.cookie(), filter: Self.updates())
      let answer = try await rig.raw(GetRevisionIdList.self, request)
      #expect(answer["Transfer-Encoding"] == "chunked")
      #expect(try await rig.call(GetRevisionIdList.self, request).identities.count == 1_500)
    }
  }

  /// Updates 1 to 4: every pair of a product and a classification.
  private static func publishMatrix(_ rig: ServerRig) async throws {
    try await publishCategories(rig)
    try await rig.catalog.publishNow(
      Fixtures.metadata(1, categories: [product, classification]),
      Fixtures.metadata(2, categories: [product, otherClassification]),
      Fixtures.metadata(3, categories: [otherProduct, classification]),
      Fixtures.metadata(4, categories: [otherProduct, otherClassification]))
  }
}
