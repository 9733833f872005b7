import Catalog
import Testing
import UpdateModel

struct ImportRollbackTests {
  @Test("a rollback shows the generation before, and publishing the archive again shows it as the first time")
  func thereAndBack() async throws {
    let folder = try TemporaryFolder()
    let site = try await folder.catalog()
    try await site.add(.updates, [revision(1) { $0.files = [file(1)] }])
    try await site.becomeReplica()
    let before = try await site.answers()
    let anchor = try await site.syncAnchor()
    let next = revision(1, 2) { $0.files = [file(1), file(2, express: true)] }
    try await site.stageImport(guid(8001), [next])
    let state = ExportedState(
      groups: [.allComputers], deployments: [], declined: [guid(1)], acceptedEULAs: [guid(3)], languages: [],
      settings: ServerSettings(limits: RequestLimits(updates: 3)))
    let publication = ImportPublication(archive: archive(1), administration: .replica(state))
    try await site.publishImport(publication)
    let after = try await site.answers()
    #expect(after.lists[1] == [identity(1, 2)])
    let record = try await site.rollbackImport(guid(8001))
    #expect(record.rolledBack != nil)
    #expect(try await site.rollbackImport(guid(8001)) == record)
    #expect(try await site.answers() == before)
    await #expect(throws: CatalogError.self) { try await site.list(after: anchor) }
    #expect(try await site.stagedImports().map(\.revisions) == [1])
    #expect(try await site.publishImport(publication).revisions == 1)
    #expect(try await site.answers() == after)
    #expect(try await site.importRecords(limit: 9).count == 1)
  }

  @Test("only the last import can be rolled back, and only one generation")
  func limits() async throws {
    let folder = try TemporaryFolder()
    let site = try await folder.catalog()
    await #expect(throws: CatalogError.nothingToRollBack) { try await site.rollbackImport() }
    await #expect(throws: CatalogError.unknownImport(guid(8001))) { try await site.rollbackImport(guid(8001)) }
    for number in 1...2 {
      try await site.publishImport(ImportPublication(archive: archive(number), administration: .approvals([])))
    }
    await #expect(throws: CatalogError.notLastImport(guid(8001), last: guid(8002))) {
      try await site.rollbackImport(guid(8001))
    }
    try await site.rollbackImport()
    await #expect(throws: CatalogError.nothingToRollBack) { try await site.rollbackImport() }
  }

  @Test("what an administrator did after the import stays when it is rolled back")
  func laterWork() async throws {
    let folder = try TemporaryFolder()
    let site = try await folder.catalog()
    try await site.add(.updates, [revision(1), revision(2)])
    let first = try await site.approve(ApprovalRequest(updateID: guid(1), targetGroupID: allComputers))
    try await site.stageImport(guid(8001), [revision(3)])
    var changed = first
    changed.deadline = Timestamp(year: 2027, month: 1, day: 1)
    let mapped = Deployment(
      deploymentID: guid(600), identity: identity(3), targetGroupID: allComputers, action: .install,
      goLiveTime: Timestamp(year: 2020, month: 1, day: 1))
    try await site.publishImport(ImportPublication(archive: archive(1), administration: .approvals([changed, mapped])))
    let second = try await site.approve(ApprovalRequest(updateID: guid(2), targetGroupID: allComputers))
    let third = try await site.approve(
      ApprovalRequest(updateID: guid(3), targetGroupID: allComputers, deadline: .never))
    let lab = try await site.createGroup(name: "Lab")
    try await site.rollbackImport()
    let answers = try await site.answers()
    #expect(answers.deployments == [first, second])
    #expect(answers.unresolved == [third])
    #expect(answers.groups.contains(lab))
    #expect(answers.lists[1] == [identity(1), identity(2)])
  }

  @Test("an import and its rollback after random changes leave every answer as it was", arguments: 1...12)
  func property(seed: UInt64) async throws {
    let chain = try await ReplicationChain(seed: seed)
    let site = chain.replicas[0]
    for round in 1...3 {
      for _ in 0..<12 { try await chain.change() }
      if round == 2 { try await chain.sync(0) }
      let exported = try await chain.root.exported()
      let known = try await site.missingRevisions(guid(8000 + round), among: exported.identities)
      try await site.stageImport(guid(8000 + round), chain.staged(known))
      try await site.indexText(limit: 1000)
      let before = try await site.answers()
      let publication = ImportPublication(archive: archive(round), administration: .replica(exported.state))
      try await site.publishImport(publication)
      let after = try await site.answers()
      let source = try await chain.root.answers()
      #expect(after.deployments == source.deployments && after.groups == source.groups)
      #expect(after.hidden == source.hidden && Set(after.lists[1]) == Set(source.lists[1]))
      if round == 1 { #expect(after.lists == source.lists && after.updateData == source.updateData) }
      try await site.rollbackImport()
      #expect(try await site.answers() == before)
      try await site.publishImport(publication)
      #expect(try await site.answers() == after)
      #expect(
        try CatalogDump.lines(site.path, CatalogDump.replicated)
          == CatalogDump.lines(chain.root.path, CatalogDump.replicated))
    }
  }
}
