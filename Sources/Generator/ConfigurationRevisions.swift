import UpdateModel
import WireFormat

/// Makes the categories, classifications and detectoids in an order in which each
/// names only earlier ones.
struct ConfigurationRevisions: Sendable {
  let shape: CatalogueShape
  let categories: CategoryPlan

  /// - Parameter index: 0 to ``CategoryPlan/count`` - 1.
  func revision(_ index: Int) -> GeneratedRevision {
    var rest = index
    if rest < categories.companies { return company(rest) }
    rest -= categories.companies
    if rest < categories.families { return family(rest) }
    rest -= categories.families
    if rest < categories.products { return product(rest) }
    rest -= categories.products
    if rest < categories.classifications { return classification(rest) }
    return detectoid(rest - categories.classifications)
  }

  private func company(_ index: Int) -> GeneratedRevision {
    category(.company, guid: categories.guid(.company, index), title: Words.companies[index], parent: nil)
  }

  private func family(_ index: Int) -> GeneratedRevision {
    category(
      .productFamily, guid: categories.guid(.family, index), title: categories.familyName(index),
      parent: categories.guid(.company, categories.company(ofFamily: index)))
  }

  private func product(_ index: Int) -> GeneratedRevision {
    category(
      .product, guid: categories.guid(.product, index), title: categories.productName(index),
      parent: categories.guid(.family, categories.family(ofProduct: index)))
  }

  private func classification(_ index: Int) -> GeneratedRevision {
    category(
      .updateClassification, guid: categories.guid(.classification, index), title: Words.classifications[index],
      parent: nil)
  }

  private func detectoid(_ index: Int) -> GeneratedRevision {
    var stream = SplitMix(shape.seed, 300, UInt64(index))
    var metadata = metadata(
      .detectoid, guid: categories.guid(.detectoid, index),
      title: "Finds \(categories.productName(stream.below(categories.products))), component \(index + 1)")
    if index > 0, stream.chance(40) {
      let earlier = categories.guid(.detectoid, stream.below(index))
      metadata.prerequisites = [PrerequisiteClause(updateIDs: [earlier])]
    }
    return finished(metadata, isAlwaysTrue: false, stream)
  }

  private func category(_ type: CategoryType, guid: GUID, title: String, parent: GUID?) -> GeneratedRevision {
    var metadata = metadata(.category(type), guid: guid, title: title)
    if let parent { metadata.prerequisites = [PrerequisiteClause(updateIDs: [parent], isCategory: true)] }
    return finished(metadata, isAlwaysTrue: parent == nil, SplitMix(guid.low))
  }

  private func metadata(_ kind: UpdateKind, guid: GUID, title: String) -> UpdateMetadata {
    var metadata = UpdateMetadata(identity: UpdateIdentity(updateID: guid, revisionNumber: 100), kind: kind)
    metadata.defaultLanguage = shape.languages[0]
    metadata.publicationState = "Published"
    metadata.creationDate = shape.newest.adding(seconds: -8 * 365 * 86_400)
    // Names of products are the same in every language.
    metadata.localized = shape.languages.map { LocalizedProperties(language: $0, title: title) }
    return metadata
  }

  private func finished(_ metadata: UpdateMetadata, isAlwaysTrue: Bool, _ stream: SplitMix) -> GeneratedRevision {
    var rules = RuleText(stream: stream, product: metadata.localized[0].title, capacity: 256)
    rules.writeShortRule(isAlwaysTrue: isAlwaysTrue)
    let markup = UpdateDocumentWriter.Markup(rules: rules.bytes, publisherID: categories.guid(.publisher, 0))
    let document = UpdateDocumentWriter.write(metadata, markup: markup)
    return GeneratedRevision(metadata: metadata, document: document, files: [])
  }
}
