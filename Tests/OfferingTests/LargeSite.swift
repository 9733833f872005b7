import Offering
import TestSupport
import UpdateModel

/// A catalogue of real size and shape: categories, detectoids, bundles with their members, drivers.
struct LargeSite {
  private static let categories: ClosedRange<Int32> = 1...300
  private static let detectoids: ClosedRange<Int32> = 301...500

  let catalogue: OfferCatalogue
  let deployments: [ExplicitDeployment]

  var inputs: OfferInputs {
    OfferInputs(
      catalogue: catalogue, deployments: deployments, groups: [.allComputers, .unassignedComputers],
      sequence: Int64(catalogue.count + deployments.count))
  }

  /// - Parameter drivers: every how many-th revision is a driver of two rows; 0 = none.
  init(revisions count: Int32, approvals: Int, drivers: Int32 = 0) {
    var dice = SeededGenerator(seed: 5)
    var builder = OfferCatalogue.Builder(reserving: Int(count))
    var parents: [Int32] = []
    var id: Int32 = 0
    while id < count {
      id += 1
      let kind: OfferKind =
        Self.categories.contains(id)
        ? .category : Self.detectoids.contains(id) ? .detectoid : drivers > 0 && id % drivers == 0 ? .driver : .software
      builder.begin(
        revisionID: id, updateKey: id, revisionNumber: 100, kind: kind, arrivedOn: CivilDate(of: Site.start),
        sequence: Int64(id))
      let detectoid = Int32.random(in: Self.detectoids, using: &dice)
      switch kind {
      case .category where id > 10: builder.prerequisite(clause: 0, updateKey: id / 10, isCategory: true)
      case .category: break
      case .detectoid where id == Self.detectoids.lowerBound: break
      case .detectoid: builder.prerequisite(clause: 0, updateKey: Self.detectoids.lowerBound, isCategory: false)
      case .driver:
        builder.prerequisite(clause: 0, updateKey: detectoid, isCategory: false)
        for row in 0..<2 { builder.driver(Self.driver(id, row)) }
      case .software where id % 3 == 0 && id + 2 <= count:
        parents.append(id)
        builder.prerequisite(
          clause: 0, updateKey: Int32.random(in: Self.categories, using: &dice), isCategory: true)
        builder.prerequisite(clause: 1, updateKey: Int32.random(in: 1...12, using: &dice), isCategory: true)
        builder.prerequisite(clause: 2, updateKey: detectoid, isCategory: false)
        builder.prerequisite(clause: 2, updateKey: Int32.random(in: Self.detectoids, using: &dice), isCategory: false)
        for member in 1...2 { builder.bundled(updateKey: id + Int32(member), revisionNumber: 100) }
      case .software: builder.prerequisite(clause: 0, updateKey: detectoid, isCategory: false)
      }
    }
    catalogue = builder.finish()
    deployments = parents.shuffled(using: &dice).prefix(approvals).enumerated().map { index, update in
      ExplicitDeployment(
        number: Int32(index + 1), updateKey: update, revisionNumber: 100, group: Site.allComputers, action: .install,
        goLiveTime: Site.start, changedOn: CivilDate(of: Site.start), sequence: Int64(count) + Int64(index) + 1)
    }
  }

  private static func driver(_ id: Int32, _ row: Int) -> DriverRow {
    DriverRow(
      hardwareID: "PCI\\VEN_8086&DEV_\(id % 5_000)&SUBSYS_\(row)", date: Site.start, version: UInt64(id),
      deviceClass: "Display", manufacturer: "Manufacturer \(id % 50)", provider: "Provider \(id % 50)",
      featureScores: [.init(operatingSystem: "amd64.10.0", score: 16)])
  }
}
