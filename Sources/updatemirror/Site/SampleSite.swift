import Catalog
import Generator

/// A site that is filled with a generated catalogue.
struct SampleSite: Sendable {
  let site: Site
  let shape: CatalogueShape
  let hasContent: Bool

  /// The caller holds the lock.
  ///
  /// - Throws: ``Failure`` when the catalogue is not empty.
  func fill(_ display: ProgressDisplay) async throws -> PopulateProgress {
    let counts = try await site.catalog.counts()
    guard counts.revisions == 0 else {
      throw Failure(
        .failed, "generate: \(site.state.path): expected an empty catalogue, found \(counts.revisions) revisions",
        hint: "updatemirror init --state OTHER, then generate there")
    }
    let generator = CatalogueGenerator(shape)
    let total = shape.revisions
    return try await display.follow {
      try await generator.populate(site.catalog, store: hasContent ? site.store : nil) { progress in
        display.take(progress, total: total)
      }
    }
  }
}
