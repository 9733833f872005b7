import Catalog
import UpdateModel
import WireFormat

extension ClientService {
  /// Categories in one call; so many are too many (WUSP-319).
  private static let tooManyCategories = 200

  /// MS-WUSP 3.1.5.6. It shows no cookie and tells nothing but which categories exist.
  @Sendable func categoryScan(_ request: StartCategoryScan.Request) async throws -> StartCategoryScan.Response {
    guard let requested = request.requestedCategories, requested.count < Self.tooManyCategories else {
      throw Refusal.invalidParameters("requestedCategories")
    }
    let types = try await catalog.categoryTypes(requested.map(\.categoryID))
    return CategoryScan.response(zip(requested, types).map { ($0, $1) })
  }
}

/// Which categories a scan can be limited to: alternatives of groups, in each of which all must hold.
enum CategoryScan {
  /// - Parameter requested: with the type of each category; nil for one that is unknown.
  static func response(
    _ requested: [(category: StartCategoryScan.CategoryRelationship, type: CategoryType?)]
  ) -> StartCategoryScan.Response {
    let unknown = requested.filter { $0.type == nil }.map(\.category.categoryID).unique
    var preferred: [GUID] = []
    for index in requested.map(\.category.indexOfAndGroup).unique {
      let group = requested.filter { $0.category.indexOfAndGroup == index }
      // A category that cannot hold makes its whole group impossible.
      if group.contains(where: { $0.type == nil }) { continue }
      guard let product = product(of: group.map { ($0.category.categoryID, $0.type) }) else {
        return StartCategoryScan.Response(preferredCategoryIDs: [], requestedCategoryIDsInError: unknown)
      }
      preferred.append(product)
    }
    return StartCategoryScan.Response(preferredCategoryIDs: preferred.unique, requestedCategoryIDsInError: unknown)
  }

  /// The product of a group that is one product, with a classification or without; nil for every other group.
  private static func product(of group: [(id: GUID, type: CategoryType?)]) -> GUID? {
    let products = group.filter { $0.type == .product }
    let classifications = group.filter { $0.type == .updateClassification }
    guard products.count == 1, classifications.count <= 1, group.count == 1 + classifications.count else { return nil }
    return products[0].id
  }
}
