import Catalog
import Testing
import UpdateModel

struct ApprovalOrderTests {
  let folder = try! TemporaryFolder()

  private func site() async throws -> (catalog: Catalog, lab: GUID) {
    let catalog = try await folder.catalog()
    try await catalog.add(
      .updates,
      [
        revision(1) { $0.files = [file(1, size: 10), file(2, size: 20)] },
        revision(2, title: "Bundle") {
          $0.bundledUpdates = [BundleClause(identities: [identity(1), identity(3)])]
          $0.eulaID = guid(70)
        },
        revision(3) {
          $0.files = [file(2, size: 20), file(3, size: 40)]
          $0.isExplicitlyDeployable = false
          $0.eulaID = guid(71)
        }, revision(4) { $0.supersededUpdates = [guid(1)] },
      ])
    return (catalog, try await catalog.createGroup(name: "Lab").targetGroupID)
  }

  @Test("a preview tells revisions, members, content to fetch, licence terms and what changes, and changes nothing")
  func preview() async throws {
    let (catalog, lab) = try await site()
    try await catalog.approve(ApprovalRequest(updateID: guid(1), targetGroupID: lab))
    try await catalog.markPresent([digest(1)])
    let before = try await catalog.mark()
    let preview = try await catalog.previewApproval(
      ApprovalOrder(updateIDs: [guid(2), guid(1)], targetGroupIDs: [lab, allComputers]))
    #expect(try await catalog.mark() == before)
    let bundle = preview.entries[0]
    #expect(bundle.title == "Bundle")
    #expect(bundle.bundled == [identity(1), identity(3)])
    #expect(bundle.eulas == [guid(70), guid(71)])
    #expect(bundle.missing == MissingContent(files: 2, bytes: 60))
    #expect(bundle.changes.map(\.before) == [nil, nil])
    #expect(bundle.changes.map(\.after?.targetGroupID) == [lab, allComputers])
    #expect(preview.entries[1].isSuperseded)
    #expect(preview.entries[1].changes.map { $0.before == $0.after } == [true, false])
    #expect(preview.missing == MissingContent(files: 2, bytes: 60))
    #expect(preview.eulas == [guid(70), guid(71)])
  }

  @Test("an order approves all updates for all groups in one change, and tells before and after")
  func order() async throws {
    let (catalog, lab) = try await site()
    let first = try await catalog.approve(ApprovalRequest(updateID: guid(1), targetGroupID: lab))
    let before = try await catalog.mark().sequence
    let order = ApprovalOrder(
      updateIDs: [guid(1), guid(4)], targetGroupIDs: [lab, allComputers],
      deadline: Timestamp(year: 2026, month: 9, day: 1), isAssigned: false, downloadPriority: 9)
    let outcome = try await catalog.approve(order)
    #expect(try await catalog.mark().sequence == before + 1)
    #expect(outcome.changes.count == 4)
    #expect(outcome.changes[0].before == first)
    #expect(outcome.changes[0].after?.deploymentID == first.deploymentID)
    #expect(outcome.changes.allSatisfy { $0.after?.downloadPriority == 3 && $0.after?.isAssigned == false })
    #expect(try await catalog.approve(order).changes == [])
    #expect(try await catalog.mark().sequence == before + 1)
  }

  @Test(
    "WUSP-218: an installation needs accepted licence terms, those of bundled updates too; an order may accept them")
  func eulas() async throws {
    let (catalog, lab) = try await site()
    var order = ApprovalOrder(updateIDs: [guid(1), guid(2)], targetGroupIDs: [lab])
    await #expect(throws: CatalogError.eulaNotAccepted(guid(70), of: guid(2))) { try await catalog.approve(order) }
    #expect(try await catalog.update(guid(1))?.approvals.isEmpty == true)
    #expect(try await catalog.eulas().map(\.isAccepted) == [false, false])
    order.acceptsEULAs = true
    #expect(try await catalog.approve(order).acceptedEULAs == [guid(70), guid(71)])
    #expect(try await catalog.eulas().map(\.isAccepted) == [true, true])
    var scan = ApprovalOrder(updateIDs: [guid(2)], targetGroupIDs: [allComputers], action: .scan)
    scan.acceptsEULAs = false
    #expect(try await catalog.approve(scan).changes.count == 1)
  }

  @Test("declined, unknown and not deployable updates and unknown groups are refused, and nothing else is done either")
  func refused() async throws {
    let (catalog, lab) = try await site()
    #expect(try await catalog.decline([guid(4), guid(1)]) == [guid(4), guid(1)])
    #expect(try await catalog.decline([guid(4)]) == [])
    #expect(try await catalog.undecline([guid(1), guid(2)]) == [guid(1)])
    let refusals: [(GUID, CatalogError)] = [
      (guid(4), .declinedUpdate(guid(4))), (guid(99), .unknownUpdate(guid(99))), (guid(3), .notDeployable(identity(3))),
    ]
    for (updateID, error) in refusals {
      await #expect(throws: error) {
        try await catalog.approve(ApprovalOrder(updateIDs: [guid(1), updateID], targetGroupIDs: [lab]))
      }
    }
    await #expect(throws: CatalogError.unknownGroup(guid(98))) {
      try await catalog.approve(ApprovalOrder(updateIDs: [guid(1)], targetGroupIDs: [lab, guid(98)]))
    }
    #expect(try await catalog.update(guid(1))?.approvals.isEmpty == true)
  }

  @Test("approvals are removed for some groups or for all, each with what it was")
  func removal() async throws {
    let (catalog, lab) = try await site()
    try await catalog.approve(ApprovalOrder(updateIDs: [guid(1), guid(4)], targetGroupIDs: [lab, allComputers]))
    let removed = try await catalog.removeApprovals(of: [guid(1)], from: [lab])
    #expect(removed.map(\.targetGroupID) == [lab])
    #expect(removed.allSatisfy { $0.before != nil && $0.after == nil })
    #expect(try await catalog.removeApprovals(of: [guid(1), guid(4)]).count == 3)
    #expect(try await catalog.removeApprovals(of: [guid(1)]) == [])
    await #expect(throws: CatalogError.unknownUpdate(guid(99))) { try await catalog.removeApprovals(of: [guid(99)]) }
  }

  @Test("SSS-378: a replica refuses orders, removals and rules, and still previews")
  func replica() async throws {
    let (catalog, lab) = try await site()
    let order = ApprovalOrder(updateIDs: [guid(1)], targetGroupIDs: [lab])
    try await catalog.becomeReplica()
    await #expect(throws: CatalogError.replica(operation: "approve")) { try await catalog.approve(order) }
    await #expect(throws: CatalogError.replica(operation: "remove approval")) {
      try await catalog.removeApprovals(of: [guid(1)])
    }
    await #expect(throws: CatalogError.replica(operation: "decline")) { try await catalog.decline([guid(1)]) }
    await #expect(throws: CatalogError.replica(operation: "run rules")) { try await catalog.runRules() }
    await #expect(throws: CatalogError.replica(operation: "plan of the rules")) { try await catalog.planRules() }
    #expect(try await catalog.previewApproval(order).entries.count == 1)
  }
}
