public import UpdateModel

/// Makes catalogues that are shaped like a real one, from a ``CatalogueShape`` alone.
public struct CatalogueGenerator: Sendable {
  public let shape: CatalogueShape
  let layout: CatalogueLayout

  /// Plans the catalogue: about a second for 200,000 revisions.
  public init(_ shape: CatalogueShape) {
    self.shape = shape
    layout = CatalogueLayout(shape: shape)
  }

  /// All revisions, categories first. Needs no database and no disk; every digest is true.
  public func revisions() -> RevisionIterator {
    RevisionIterator(layout: layout, hasConfiguration: true, units: 0..<layout.count)
  }

  /// A month of changes on top of this catalogue.
  ///
  /// - Parameter month: 1 for the first month; earlier ones must have had the same number of revisions.
  public func growth(month: Int = 1, revisions: Int) -> CatalogueGrowth {
    CatalogueGrowth(base: layout, month: month, revisions: max(1, revisions))
  }

  /// What a DSS may subscribe to: products and classifications, with their titles.
  public var products: [(id: GUID, title: String)] {
    (0..<layout.categories.products).map { (layout.categories.guid(.product, $0), layout.categories.productName($0)) }
  }

  public var classifications: [(id: GUID, title: String)] {
    Words.classifications.enumerated().map { (layout.categories.guid(.classification, $0.offset), $0.element) }
  }
}
