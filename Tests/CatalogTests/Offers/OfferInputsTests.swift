import Catalog
import GRDB
import Offering
import Testing
import UpdateModel

struct OfferInputsTests {
  let folder = try! TemporaryFolder()

  private func id(_ catalog: Catalog, _ number: Int, _ revision: Int32 = 1) async throws -> Int32 {
    Int32(try #require(try await catalog.update(identity(number, revision))).row.revisionID.value)
  }

  private func key(_ catalog: Catalog, _ number: Int) async throws -> Int32 {
    let queue = try DatabaseQueue(path: catalog.path)
    let bytes = guid(number).bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    let sql = "SELECT updateKey FROM knownUpdate WHERE lower(hex(updateID)) = '\(bytes)'"
    return try #require(try await queue.read { db in try Int32.fetchOne(db, sql: sql) })
  }

  @Test("the version is the same while nothing happens, and another one after each change")
  func version() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [revision(1) { $0.files = [file(1)] }])
    var versions = [try await catalog.offerVersion()]
    #expect(try await catalog.offerInputs().version == versions[0])
    let changes: [() async throws -> Void] = [
      { _ = try await catalog.approve(ApprovalRequest(updateID: guid(1), targetGroupID: allComputers)) },
      { try await catalog.markPresent([digest(1)]) }, { _ = try await catalog.decline(guid(1)) },
      { _ = try await catalog.acceptEULA(guid(70)) }, { _ = try await catalog.createGroup(name: "Lab") },
      { _ = try await catalog.add(.updates, [revision(2)]) }, { try await catalog.renewEpoch() },
    ]
    for change in changes {
      try await change()
      let version = try await catalog.offerVersion()
      #expect(!versions.contains(version))
      #expect(try await catalog.offerVersion() == version)
      versions.append(version)
    }
  }

  @Test("visible revisions are in the catalogue, staged ones are not, and each tells when it arrived")
  func revisions() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [revision(1), revision(2)])
    try await catalog.stage(.updates, [revision(3)])
    let inputs = try await catalog.offerInputs().inputs
    #expect(inputs.catalogue.count == 2)
    #expect(inputs.sequence == (try await catalog.mark().sequence))
    #expect(inputs.oldestSequence == 0)
    #expect(inputs.groups == (try await catalog.groups()))
  }

  @Test("an update stops being a leaf with the publication that first names it, and starts again with its rollback")
  func leaves() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.configuration, [revision(900, kind: .detectoid)])
    let key = try await key(catalog, 900)
    #expect(try await catalog.offerInputs().inputs.leafChanges[key] == nil)
    let naming = revision(1) { $0.prerequisites = [PrerequisiteClause(updateIDs: [guid(900)])] }
    try await catalog.stage(.updates, [naming])
    #expect(try await catalog.offerInputs().inputs.leafChanges[key] == nil)
    let sequence = try #require(try await catalog.publish(.updates).sequence)
    let published = try await catalog.offerInputs().inputs.leafChanges
    #expect(published == [key: sequence])
    try await catalog.add(.updates, [revision(2) { $0.prerequisites = naming.metadata.prerequisites }])
    #expect(try await catalog.offerInputs().inputs.leafChanges[key] == sequence)
  }

  @Test("what an import named is no longer named when it is rolled back")
  func leavesOfImport() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.configuration, [revision(900, kind: .detectoid), revision(901, kind: .detectoid)])
    let both = [PrerequisiteClause(updateIDs: [guid(900)]), PrerequisiteClause(updateIDs: [guid(901)])]
    try await catalog.stageImport(guid(8001), [revision(1) { $0.prerequisites = both }])
    try await catalog.publishImport(ImportPublication(archive: archive(1), administration: .approvals([])))
    try await catalog.add(.updates, [revision(2) { $0.prerequisites = [both[0]] }])
    let keys = try await [key(catalog, 900), key(catalog, 901)]
    #expect(try await Set(catalog.offerInputs().inputs.leafChanges.keys) == Set(keys))
    try await catalog.rollbackImport()
    #expect(try await Set(catalog.offerInputs().inputs.leafChanges.keys) == [keys[0]])
  }

  @Test("declining and undeclining carry the sequence of the change")
  func hidden() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [revision(1)])
    let key = try await key(catalog, 1)
    #expect(try await catalog.offerInputs().inputs.hidden[key] == nil)
    try await catalog.decline(guid(1))
    let declined = try await catalog.mark().sequence
    #expect(try await catalog.offerInputs().inputs.hidden[key] == HiddenState(isHidden: true, sequence: declined))
    try await catalog.undecline(guid(1))
    let state = try #require(try await catalog.offerInputs().inputs.hidden[key])
    #expect(!state.isHidden)
    #expect(state.sequence > declined)
  }

  @Test("a revision waits for its licence terms, and an approved bundle for those of what it bundles")
  func eulas() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(
      .updates,
      [
        revision(1) { $0.eulaID = guid(70) },
        revision(2) { $0.bundledUpdates = [BundleClause(identities: [identity(1)])] },
      ])
    let ids = try await [id(catalog, 1), id(catalog, 2)]
    #expect(try await catalog.offerInputs().inputs.unacceptedEULA == [ids[0]])
    try await catalog.approve(ApprovalRequest(updateID: guid(2), targetGroupID: allComputers))
    #expect(try await catalog.offerInputs().inputs.unacceptedEULA == Set(ids))
    try await catalog.acceptEULA(guid(70))
    let accepted = try await catalog.mark().sequence
    let inputs = try await catalog.offerInputs().inputs
    #expect(inputs.unacceptedEULA == [])
    #expect(inputs.eulaChanges == [ids[0]: accepted, ids[1]: accepted])
  }

  @Test("a deployment that moves to another group leaves a tombstone where it was")
  func moves() async throws {
    let catalog = try await folder.catalog()
    try await catalog.becomeReplica()
    try await catalog.add(.updates, [revision(1)])
    let lab = TargetGroup(targetGroupID: guid(71), name: "Lab", parentGroupID: allComputers, isBuiltin: false)
    var deployment = Deployment(
      deploymentID: guid(901), identity: identity(1), targetGroupID: lab.targetGroupID, action: .install,
      goLiveTime: Timestamp(year: 2020, month: 1, day: 1))
    func apply() async throws {
      try await catalog.apply(
        DeploymentState(
          anchor: DeploymentAnchor("d"), groups: [.allComputers, .unassignedComputers, lab], deployments: [deployment]),
        wasFull: true)
    }
    try await apply()
    deployment.targetGroupID = allComputers
    try await apply()
    let rows = try await catalog.offerInputs().inputs.deployments
    #expect(Set(rows.map { "\($0.group) \($0.isDead)" }) == ["\(allComputers) false", "\(lab.targetGroupID) true"])
    #expect(Set(rows.map(\.sequence)).count == 1)
    let served = try await catalog.deployments(since: nil, upTo: try await catalog.syncAnchor())
    #expect(served.deadDeployments == [])
  }

  @Test("a deployment whose revision is unknown counts as ended until the revision arrives")
  func unresolved() async throws {
    let catalog = try await folder.catalog()
    try await catalog.becomeReplica()
    let deployment = Deployment(
      deploymentID: guid(901), identity: identity(1), targetGroupID: allComputers, action: .install,
      goLiveTime: Timestamp(year: 2020, month: 1, day: 1))
    try await catalog.apply(
      DeploymentState(
        anchor: DeploymentAnchor("d"), groups: [.allComputers, .unassignedComputers], deployments: [deployment]),
      wasFull: true)
    #expect(try await catalog.offerInputs().inputs.deployments.map(\.isDead) == [true])
    try await catalog.add(.updates, [revision(1)])
    #expect(try await catalog.offerInputs().inputs.deployments.map(\.isDead) == [false])
  }

  @Test("driver rows come back as they were derived")
  func drivers() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [revision(1, kind: .driver)])
    let id = try await id(catalog, 1)
    let row = DriverRow(
      hardwareID: #"PCI\VEN_8086&DEV_1234"#, date: Timestamp(year: 2025, month: 3, day: 1), version: UInt64.max,
      deviceClass: "Net", manufacturer: "Maker", provider: "Provider", model: "Model", whqlDriverID: 77,
      compatibleProviders: ["Other"], featureScores: [.init(operatingSystem: "amd64.10.0", score: 12)],
      distributionComputerHardwareIDs: [guid(1), guid(2)], targetComputerHardwareIDs: [guid(3)])
    let content = DerivedRevision.Content(core: [1], extended: [2], drivers: [row])
    try await catalog.storeFragments([DerivedRevision(RevisionID(Int64(id)), .content(content))], version: 1)
    try await catalog.approve(ApprovalRequest(updateID: guid(1), targetGroupID: allComputers))
    let offer = GroupOffer(
      try await catalog.offerInputs().inputs, groups: [allComputers], at: Timestamp(year: 2027, month: 1, day: 1))
    let device = Device(hardwareIDs: [#"pci\ven_8086&dev_1234"#])
    let answer = offer.sync(
      SyncQuery(
        pass: .drivers(DriverQuery(devices: [device], computerHardwareIDs: [guid(1), guid(3)])),
        clientProtocol: ProtocolVersion(major: 2, minor: 4), limit: 100))
    #expect(answer.new.map(\.revisionID) == [id])
  }
}
