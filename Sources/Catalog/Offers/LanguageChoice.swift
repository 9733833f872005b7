/// Which of the languages that a revision has a client gets (wusp.md 8.7).
///
/// For each wanted locale the exact tag, else its primary language; English always, if there is any; the first one
/// when nothing else fits, so that no revision is without a title.
struct LanguageChoice {
  private let tags: [String]

  init(locales: [String]) {
    var tags: [String] = []
    for locale in locales + ["en"] {
      let folded = locale.lowercased()
      if !tags.contains(folded) { tags.append(folded) }
    }
    self.tags = tags
  }

  /// Positions in `languages`, each once, in the order of the wanted locales.
  func positions(in languages: [String]) -> [Int] {
    let folded = languages.map { $0.lowercased() }
    var chosen: [Int] = []
    for tag in tags {
      let primary = String(tag.prefix { $0 != "-" && $0 != "_" })
      let wanted = folded.contains(tag) ? tag : primary
      for position in folded.indices where folded[position] == wanted && !chosen.contains(position) {
        chosen.append(position)
      }
    }
    return chosen.isEmpty ? Array(folded.indices.prefix(1)) : chosen
  }
}
