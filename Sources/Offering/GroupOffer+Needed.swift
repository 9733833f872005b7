internal import UpdateModel

extension GroupOffer {
  struct Needed {
    var revisions: BitSet
    /// By position: how each driver was chosen.
    var hardwareIDs: [Int: [String]] = [:]
  }

  /// What a client needs of what is deployed (wusp.md 9.1 steps 5 to 8, 10).
  ///
  /// Drivers are ranked last: one that the filter or a higher revision takes away must not stand before another.
  func neededRevisions(_ query: SyncQuery, filter: [Int32]?) -> Needed {
    var needed = satisfiedRevisions(installed: query.installedNonLeaf)
    if case .software = query.pass { needed.subtract(drivers) } else { needed.formIntersection(drivers) }
    if let filter { needed.formIntersection(revisions(relatedTo: filter)) }
    removeLowerRevisions(from: &needed)
    switch query.pass {
    case .software: return Needed(revisions: needed)
    case .drivers(let driverQuery): return bestDrivers(driverQuery, among: needed)
    case .printers: return printers(among: needed)
    }
  }

  /// Each clause of the prerequisites has a member of which a revision is installed, whichever.
  private func satisfiedRevisions(installed: [Int32]) -> BitSet {
    var isInstalled = BitSet(size: catalogue.updateKeys.count + 1)
    for revisionID in installed {
      guard let revision = catalogue.revision(withID: revisionID) else { continue }
      isInstalled.insert(Int(catalogue.updates[revision]))
    }
    let isSatisfied = lists.map { catalogue.clauses.isSatisfied($0, by: isInstalled) }
    var satisfied = BitSet(size: revisions.count)
    for position in revisions.indices where isSatisfied[Int(listOfRevision[position])] { satisfied.insert(position) }
    return satisfied
  }

  /// The explicitly deployed revisions that belong to one of the categories, and all that they need.
  private func revisions(relatedTo categories: [Int32]) -> BitSet {
    let isWanted = BitSet(categories.compactMap(catalogue.update(withKey:)), size: catalogue.updateKeys.count + 1)
    let isRelated = lists.map { list in
      catalogue.clauses.entries[catalogue.clauses.range(Int(list))].contains { $0.isCategory && isWanted[$0.value] }
    }
    let roots = revisions.indices.filter { position in
      guard case .deployed = roles[position] else { return false }
      return isRelated[Int(listOfRevision[position])]
    }
    let closure = Closure(catalogue, from: roots.map { revisions[$0] }, without: isHidden)
    return BitSet(revisions.indices.lazy.filter { closure.reached[Int(revisions[$0])] }, size: revisions.count)
  }

  /// Of each update, only the highest one stays (WUSP-188, WUSP-189).
  private func removeLowerRevisions(from needed: inout BitSet) {
    for update in rivalStarts.indices.dropLast() {
      var hasHigher = false
      for position in rivals[Int(rivalStarts[update])..<Int(rivalStarts[update + 1])] where needed[Int(position)] {
        if hasHigher { needed.remove(Int(position)) }
        hasHigher = true
      }
    }
  }

  private func printers(among needed: BitSet) -> Needed {
    var printers = BitSet(size: revisions.count)
    for row in catalogue.drivers.rows where catalogue.drivers.isPrinter(row) {
      if let position = position(of: row), needed[position] { printers.insert(position) }
    }
    return Needed(revisions: printers)
  }

  /// The position here of the revision that a driver row belongs to.
  func position(of row: DriverTable.Row) -> Int? {
    ranking.position(of: catalogue.revisionIDs[Int(row.revision)])
  }
}

extension ClauseLists {
  /// - Parameter installed: updates by position.
  func isSatisfied(_ list: Int32, by installed: BitSet) -> Bool {
    var holds = true
    for entry in entries[range(Int(list))] {
      if entry.beginsClause {
        guard holds else { return false }
        holds = false
      }
      holds = holds || installed[entry.value]
    }
    return holds
  }
}
