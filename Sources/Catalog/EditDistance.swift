/// Levenshtein distance of names, letter case ignored.
enum EditDistance {
  static func nearest(to name: String, in names: Set<String>, limit: Int) -> [String] {
    let wanted = Array(name.lowercased().prefix(200))
    let ranked = names.map { candidate -> (isHolder: Bool, distance: Int, name: String) in
      let letters = Array(candidate.lowercased().prefix(200))
      let isHolder = !wanted.isEmpty && candidate.lowercased().contains(name.lowercased())
      return (isHolder, distance(wanted, letters), candidate)
    }
    let sorted = ranked.sorted { left, right in
      if left.isHolder != right.isHolder { return left.isHolder }
      return (left.distance, left.name) < (right.distance, right.name)
    }
    return sorted.prefix(limit).map(\.name)
  }

  static func distance(_ left: [Character], _ right: [Character]) -> Int {
    var row = Array(0...right.count)
    for (i, character) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in right.enumerated() {
        let above = row[j + 1]
        row[j + 1] = min(above + 1, row[j] + 1, diagonal + (character == other ? 0 : 1))
        diagonal = above
      }
    }
    return row[right.count]
  }
}
