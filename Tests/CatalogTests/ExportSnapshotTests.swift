import Catalog
import Testing
import UpdateModel

struct ExportSnapshotTests {
  /// Product 1 with classification 2; detectoid 3; bundles 20 (of 21, which bundles 22) and 30 (of 31); 40 needs 41.
  private func site(_ folder: TemporaryFolder) async throws -> Catalog {
    let catalog = try await folder.catalog("source")
    try await catalog.add(
      .configuration,
      [
        revision(1, kind: .category(.product)), revision(2, kind: .category(.updateClassification)),
        revision(3, kind: .detectoid),
      ])
    try await catalog.add(
      .updates,
      [
        revision(22) { $0.files = [file(22)] },
        revision(21) {
          $0.files = [file(21)]
          $0.bundledUpdates = [BundleClause(identities: [identity(22)])]
        },
        revision(20, categories: [1, 2]) {
          $0.bundledUpdates = [BundleClause(identities: [identity(21), identity(99)])]
          $0.files = [file(20)]
        },
        revision(31) { $0.files = [file(31), file(22)] },
        revision(30, categories: [2]) { $0.bundledUpdates = [BundleClause(identities: [identity(31)])] },
        revision(41),
        revision(40, categories: [1]) {
          $0.prerequisites.append(PrerequisiteClause(updateIDs: [guid(41), guid(3), guid(98)]))
        },
      ])
    return catalog
  }

  @Test("an archive carries everything in the order of publication, byte for byte")
  func order() async throws {
    let folder = try TemporaryFolder()
    let source = try await folder.catalog("source")
    // Staged before, published after: the order of row numbers is another one.
    try await source.stage(.updates, [revision(9), revision(8)])
    try await source.add(.configuration, [revision(1, kind: .category(.product))])
    try await source.publish(.updates)
    try await source.add(.updates, [revision(8, 2), revision(7)])
    try await source.stage(.updates, [revision(6)])
    let site = try await source.exported()
    #expect(site.identities == [identity(1), identity(9), identity(8), identity(8, 2), identity(7)])
    #expect(site.revisions.map(\.identity) == site.identities)
    #expect(
      site.revisions.map(\.document)
        == [
          revision(1), revision(9), revision(8), revision(8, 2), revision(7),
        ].map(\.document))
    let some = try await source.exportSnapshot(.everything) { snapshot in
      var some: [UpdateIdentity] = []
      try snapshot.forEachRevision(where: { $0.revisionNumber == 2 }) { some.append($0.identity) }
      return some
    }
    #expect(some == [identity(8, 2)])
  }

  @Test("a selection takes along categories, prerequisites and bundle members at any depth")
  func closure() async throws {
    let folder = try TemporaryFolder()
    let source = try await site(folder)
    #expect(try await source.numbers(.everything) == [1, 2, 3, 22, 21, 20, 31, 30, 41, 40])
    #expect(try await source.numbers(ExportSelection(categories: [guid(1)])) == [1, 2, 3, 22, 21, 20, 41, 40])
    #expect(
      try await source.numbers(ExportSelection(categories: [guid(1)], classifications: [guid(2)]))
        == [1, 2, 3, 22, 21, 20])
    #expect(try await source.numbers(ExportSelection(categories: [guid(55)])) == [1, 2, 3])
    let leftOut = try await source.exported().leftOut
    #expect(leftOut[.missingBundleMember]?.examples == ["\(identity(99))"])
    #expect(leftOut[.missingPrerequisite]?.examples == ["\(guid(98))"])
  }

  @Test("approved updates can be selected, of all groups or of one with what is above and below it")
  func approvals() async throws {
    let folder = try TemporaryFolder()
    let source = try await site(folder)
    let lab = try await source.createGroup(name: "Lab")
    let bench = try await source.createGroup(name: "Bench", parent: lab.targetGroupID)
    let office = try await source.createGroup(name: "Office")
    func approve(_ number: Int, _ group: TargetGroup, _ action: DeploymentAction = .install) async throws -> Deployment
    {
      let request = ApprovalRequest(updateID: guid(number), targetGroupID: group.targetGroupID, action: action)
      return try await source.approve(request)
    }
    let inBench = try await approve(20, bench)
    let inOffice = try await approve(30, office)
    let everywhere = try await approve(41, .allComputers, .uninstall)
    let blocked = try await approve(40, lab, .block)
    #expect(try await source.numbers(ExportSelection(approvedOnly: true)) == [1, 2, 3, 22, 21, 20, 31, 30, 41])
    let ofLab = try await source.exported(ExportSelection(groups: [lab.targetGroupID]))
    #expect(ofLab.identities == [1, 2, 3, 22, 21, 20, 41].map { identity($0) })
    #expect(ofLab.state.deployments == [inBench, everywhere])
    #expect(
      Set(ofLab.state.groups.map(\.name)) == ["All Computers", "Unassigned Computers", "Lab", "Bench"])
    try await source.decline(guid(20))
    #expect(try await source.numbers(ExportSelection(approvedOnly: true)) == [1, 2, 3, 31, 30, 41])
    let all = try await source.exported().state
    #expect(all.deployments == [inBench, inOffice, everywhere, blocked])
    #expect(all.declined == [guid(20)])
    #expect(all.groups.count == 5)
  }

  @Test("files are given by digest; those of declined updates alone are left out, with the reason")
  func files() async throws {
    let folder = try TemporaryFolder()
    let source = try await site(folder)
    try await source.add(
      .updates, [revision(50) { $0.files = [file(50, express: true), file(51, hasSHA256: false), file(52)] }])
    try await source.markPresent([digest(20), digest(21), digest(52), digest(31), digest(22)])
    try await source.decline(guid(20))
    let site = try await source.exported()
    #expect(site.files.map(\.file.digest) == [22, 31, 50, 51, 52].map { digest($0) }.sorted())
    #expect(
      site.files.filter(\.isPresent).map(\.file) == [file(22), file(31), file(52)].sorted { $0.digest < $1.digest })
    #expect(site.leftOut[.declined]?.count == 2)
    #expect(site.leftOut[.declined]?.bytes == 2000)
    #expect(site.leftOut[.express]?.examples == [digest(50).hex])
    #expect(site.leftOut[.withoutSHA256]?.examples == [digest(51).hex])
    #expect(site.leftOut[.absent] == nil)
    // A member counts through its bundle: 31 is not offered when 30 is not.
    try await source.decline(guid(30))
    #expect(try await source.exported().files.map(\.file.digest) == [50, 51, 52].map { digest($0) })
  }

  @Test("keys are known when each file of a revision that needs them has an entry")
  func keys() async throws {
    let folder = try TemporaryFolder()
    let source = try await folder.catalog("source")
    let secret = revision(1) {
      $0.needsDecryptionKeys = true
      $0.files = [file(1), file(2)]
    }
    try await source.add(.updates, [secret, revision(2) { $0.files = [file(3)] }])
    func entry(_ number: Int, _ key: [UInt8]?) -> RevisionKeys {
      RevisionKeys(identity: identity(1), files: [RevisionKeys.Entry(digest: digest(number), key: key)])
    }
    try await source.storeDecryptionKeys([entry(1, [7, 7])])
    #expect(try await source.exported().revisions.map(\.keysKnown) == [false, false])
    try await source.storeDecryptionKeys([entry(2, nil)])
    let revisions = try await source.exported().revisions
    #expect(revisions.map(\.keysKnown) == [true, false])
    #expect(revisions[0].files.map(\.decryptionKey) == [[7, 7], nil])
    #expect(revisions[0].files.map(\.muURL) == [1, 2].map { "http://mu.example/\(digest($0).hex)" })
  }

  @Test("what a site holds is sorted and leaves out what nobody sees")
  func held() async throws {
    let folder = try TemporaryFolder()
    let site = try await site(folder)
    try await site.stageImport(guid(8001), [revision(60)])
    try await site.stage(.updates, [revision(61)])
    try await site.markPresent([digest(31), digest(20)])
    let held = try await site.heldSnapshot { snapshot in
      var revisions: [UpdateIdentity] = []
      var files: [FileDigest] = []
      try snapshot.forEachRevision { revisions.append($0) }
      try snapshot.forEachFile { files.append($0) }
      return (revisions, files)
    }
    #expect(held.0 == [1, 2, 3, 20, 21, 22, 30, 31, 40, 41].map { identity($0) })
    #expect(held.1 == [digest(20), digest(31)])
  }
}
