import Catalog
import Mirror
import Synchronization
import TestSupport
import Testing
import UpdateModel

@Suite(.serialized) struct SubscriptionTests {
  private let categories = [
    NamedCategory(id: Sample.guid(1), type: .company, title: "Microsoft"),
    NamedCategory(id: Sample.guid(2), type: .productFamily, title: "Windows", parents: [Sample.guid(1)]),
    NamedCategory(id: Sample.guid(3), type: .product, title: "Windows 11", parents: [Sample.guid(2)]),
    NamedCategory(id: Sample.guid(4), type: .product, title: "Office 2021", parents: [Sample.guid(1)]),
    NamedCategory(id: Sample.guid(10), type: .updateClassification, title: "Security Updates"),
    NamedCategory(id: Subscription.driverClassification, type: .updateClassification, title: "Drivers"),
  ]
  private let languages = [
    LanguageSetting(languageID: 0, shortName: "all", longName: "all", isEnabled: false),
    LanguageSetting(languageID: 1033, shortName: "en", longName: "English", isEnabled: true),
    LanguageSetting(languageID: 1031, shortName: "de", longName: "German", isEnabled: false),
  ]

  @Test("names and GUIDs in any letter case resolve; a family stands for its products")
  func names() throws {
    let subscription = Subscription(
      products: ["WINDOWS", Sample.guid(4).description.uppercased()], classifications: ["security updates"],
      languages: ["DE", "1033"])
    let (selection, _) = try subscription.resolve(categories: categories, languages: languages)
    #expect(Set(selection.categories) == [Sample.guid(2), Sample.guid(3), Sample.guid(4)])
    #expect(selection.classifications == [Sample.guid(10)])
    #expect(selection.languages == [1031, 1033])
  }

  @Test("an unknown name is refused with the nearest known ones")
  func unknown() {
    #expect {
      try Subscription(products: ["Windws 11"]).resolve(categories: categories, languages: languages)
    } throws: { error in
      guard case SyncError.unknownName("product", "Windws 11", let nearest) = error else { return false }
      return nearest.first == "Windows 11"
    }
    #expect(throws: SyncError.self) {
      try Subscription(languages: ["klingon"]).resolve(categories: categories, languages: languages)
    }
  }

  @Test("SSS-129: naming one side fills the other; naming nothing sends no filter, drivers aside")
  func sides() throws {
    let products = try Subscription(products: ["Windows 11"]).resolve(categories: categories, languages: languages)
    #expect(products.selection.classifications == [Sample.guid(10)])
    let nothing = try Subscription(drivers: true).resolve(categories: categories, languages: languages)
    #expect(nothing.selection.categories.isEmpty && nothing.selection.classifications.isEmpty)
    let noDrivers = try Subscription().resolve(categories: categories, languages: languages)
    #expect(noDrivers.selection.classifications == [Sample.guid(10)])
    #expect(noDrivers.selection.categories.count == 4)
  }

  @Test("SSS-122: with all languages enabled the single flags do not count")
  func allLanguages() throws {
    var all = languages
    all[0] = LanguageSetting(languageID: 0, shortName: "all", longName: "all", isEnabled: true)
    let resolved = try Subscription(drivers: true).resolve(categories: categories, languages: all)
    #expect(resolved.selection.languages == [1031, 1033])
    let some = try Subscription(drivers: true).resolve(categories: categories, languages: languages)
    #expect(some.selection.languages == [1033])
  }

  @Test("a new category does not change a subscription to everything; another name does")
  func fingerprint() throws {
    let before = try Subscription().resolve(categories: categories, languages: languages).fingerprint
    let more = categories + [NamedCategory(id: Sample.guid(99), type: .product, title: "New")]
    #expect(try Subscription().resolve(categories: more, languages: languages).fingerprint == before)
    #expect(
      try Subscription(products: ["Windows 11"]).resolve(categories: categories, languages: languages).fingerprint
        != before)
  }

  @Test("a first sync resolves names that it has just listed; a changed one fetches only what is new")
  func changedSubscription() async throws {
    let server = try Sample.server(updates: 5) { state in
      for number in 50..<53 { state.add(Sample.update(number, product: Sample.otherProduct)) }
    }
    let site = try await MirrorSite(server.url)
    try await site.sync(.metadataOnly) { $0.subscription.products = ["Windows Branch"] }
    #expect(try await site.contents().count == 10)
    server.clearRecords()
    server.change { $0.askedIdentities = [] }
    try await site.sync(.metadataOnly) { $0.subscription.products = ["Windows Branch", "Office Suite"] }
    #expect(try await site.contents().count == 13)
    #expect(server.askedIdentities.joined().count == 3)
    let listing = try #require(server.calls("GetRevisionIdList").last)
    #expect(!listing.body.contains("<Anchor>") && !listing.body.contains("<Delta>true"))
  }

  @Test("an unknown name ends a run before anything of the updates is asked")
  func unknownInRun() async throws {
    let server = try Sample.server(updates: 5)
    let site = try await MirrorSite(server.url)
    guard case .unknownName = try await site.failure(.metadataOnly, { $0.subscription.products = ["Windows Brunch"] })
    else { return #expect(Bool(false)) }
    #expect(server.calls("GetRevisionIdList").count == 1)
  }

  @Test("a dry run tells updates and bytes, first and later, and stores nothing")
  func preview() async throws {
    let server = try Sample.server(updates: 5) { state in
      let file = try state.addFile([UInt8](repeating: 5, count: 1_234))
      state.add(Sample.update(60, files: [file]))
      state.add(Sample.update(61, files: [file]))
    }
    let site = try await MirrorSite(server.url)
    let first = try await site.syncRun { $0.subscription.products = ["Windows Branch"] }.preview()
    #expect(first.newCategories == 5)
    #expect(first.newRevisions == 7)
    #expect(first.newFiles == 1 && first.newFileBytes == 1_234)
    #expect(!first.isEstimate)
    #expect(try await site.contents().isEmpty)
    #expect(try await site.catalog.pendingListing(.updates) == nil)
    #expect(try await site.catalog.history(limit: 1).isEmpty)

    try await site.sync(.metadataOnly)
    server.change { $0.add(Sample.update(80)) }
    let second = try await site.syncRun().preview()
    #expect(second.newCategories == 0)
    #expect(second.newRevisions == 1)
    #expect(try await site.contents().count == 12)
  }
}
