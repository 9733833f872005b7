import Catalog
import Offering
import Testing
import UpdateModel

struct ReadinessTests {
  let folder = try! TemporaryFolder()

  private func id(_ catalog: Catalog, _ number: Int, _ revision: Int32 = 1) async throws -> Int32 {
    Int32(try #require(try await catalog.update(identity(number, revision))).row.revisionID.value)
  }

  private func approve(_ catalog: Catalog, _ number: Int, action: DeploymentAction = .install) async throws {
    try await catalog.approve(ApprovalRequest(updateID: guid(number), targetGroupID: allComputers, action: action))
  }

  private func incomplete(_ catalog: Catalog) async throws -> Set<Int32> {
    try await catalog.offerInputs().inputs.incomplete
  }

  @Test("WUSP-220: an approved update is incomplete until its last file is here, and again when one is lost")
  func files() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [revision(1) { $0.files = [file(1), file(2)] }, revision(2)])
    for number in 1...2 { try await approve(catalog, number) }
    let id = try await id(catalog, 1)
    #expect(try await incomplete(catalog) == [id])
    try await catalog.markPresent([digest(1)])
    #expect(try await incomplete(catalog) == [id])
    let before = try await catalog.offerInputs().inputs
    try await catalog.markPresent([digest(2)])
    let after = try await catalog.offerInputs().inputs
    #expect(after.incomplete == [])
    #expect(after.readinessChanges[id, default: 0] > before.sequence)
    try await catalog.markAbsent([digest(1)])
    let lost = try await catalog.offerInputs().inputs
    #expect(lost.incomplete == [id])
    #expect(lost.readinessChanges[id, default: 0] > after.sequence)
  }

  @Test("files that decide nothing take no sequence, and nothing is evaluated while nothing happens")
  func quiet() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(
      .updates, [revision(1) { $0.files = [file(1), file(2)] }, revision(2) { $0.files = [file(3)] }])
    try await approve(catalog, 1)
    let version = try await catalog.offerVersion()
    try await catalog.markPresent([digest(1), digest(3)])
    #expect(try await catalog.offerVersion() == version)
    #expect(try await catalog.refreshReadiness() == 0)
    try await catalog.markPresent([digest(2)])
    #expect(try await catalog.refreshReadiness() == 1)
    #expect(try await catalog.refreshReadiness() == 0)
    #expect(try await catalog.offerVersion() != version)
  }

  @Test("a bundle waits for the files of all it bundles, at any depth, but not for those of declined members")
  func bundles() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(
      .updates,
      [
        revision(1) { $0.files = [file(1)] }, revision(2) { $0.files = [file(2)] },
        revision(3) { $0.bundledUpdates = [BundleClause(identities: [identity(1)])] },
        revision(4) { $0.bundledUpdates = [BundleClause(identities: [identity(3), identity(2)])] },
      ])
    try await approve(catalog, 4)
    let id = try await id(catalog, 4)
    try await catalog.markPresent([digest(2)])
    #expect(try await incomplete(catalog) == [id])
    try await catalog.decline(guid(1))
    #expect(try await incomplete(catalog) == [])
    try await catalog.undecline(guid(1))
    #expect(try await incomplete(catalog) == [id])
    try await catalog.markPresent([digest(1)])
    #expect(try await incomplete(catalog) == [])
  }

  @Test("a bundle whose members are not here is incomplete until they are")
  func missingMember() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [revision(4) { $0.bundledUpdates = [BundleClause(identities: [identity(1)])] }])
    try await approve(catalog, 4)
    #expect(try await incomplete(catalog) == [id(catalog, 4)])
    try await catalog.add(.updates, [revision(1)])
    #expect(try await incomplete(catalog) == [])
  }

  @Test("delta files count only where this server stores them, and a server without content has what the Internet has")
  func settings() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [revision(1) { $0.files = [file(1), file(2, express: true)] }])
    try await approve(catalog, 1)
    let id = try await id(catalog, 1)
    try await catalog.markPresent([digest(1)])
    #expect(try await incomplete(catalog) == [])
    var settings = try await catalog.settings()
    settings.hostsPSFFiles = true
    try await catalog.save(settings)
    #expect(try await incomplete(catalog) == [id])
    settings.isCatalogOnly = true
    try await catalog.save(settings)
    #expect(try await incomplete(catalog) == [])
  }

  @Test("only approvals for installation are looked at, and what is not approved any more is forgotten")
  func actions() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [revision(1) { $0.files = [file(1)] }])
    try await approve(catalog, 1, action: .scan)
    #expect(try await incomplete(catalog) == [])
    try await approve(catalog, 1)
    let inputs = try await catalog.offerInputs().inputs
    #expect(inputs.incomplete.count == 1)
    try await catalog.removeApprovals(of: [guid(1)])
    let removed = try await catalog.offerInputs().inputs
    #expect(removed.incomplete.isEmpty)
    #expect(removed.readinessChanges.isEmpty)
    #expect(removed.deployments.map(\.isDead) == [true])
  }
}
