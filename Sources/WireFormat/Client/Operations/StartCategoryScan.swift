public import UpdateModel

/// Asks which categories a scan can be limited to (MS-WUSP 2.2.2.2.8). It shows no cookie.
public enum StartCategoryScan: Operation {
  public static let name: StaticString = "StartCategoryScan"
  public static let responseName: StaticString = "StartCategoryScanResponse"
  public static let service = WebService.client

  /// A category, and the group whose members all must hold; groups are alternatives.
  public struct CategoryRelationship: Hashable, Sendable {
    public let indexOfAndGroup: Int32
    public let categoryID: GUID

    public init(indexOfAndGroup: Int32, categoryID: GUID) {
      self.indexOfAndGroup = indexOfAndGroup
      self.categoryID = categoryID
    }
  }

  public struct Request: Hashable, Sendable {
    /// nil when it is absent: InvalidParameters (WUSP-314).
    public let requestedCategories: [CategoryRelationship]?

    public init(requestedCategories: [CategoryRelationship]?) { self.requestedCategories = requestedCategories }
  }

  public struct Response: Hashable, Sendable {
    public let preferredCategoryIDs: [GUID]
    public let requestedCategoryIDsInError: [GUID]

    public init(preferredCategoryIDs: [GUID], requestedCategoryIDsInError: [GUID] = []) {
      self.preferredCategoryIDs = preferredCategoryIDs
      self.requestedCategoryIDsInError = requestedCategoryIDsInError
    }
  }

  public static func encode(request: Request, to writer: inout XMLWriter) {
    guard let categories = request.requestedCategories else { return }
    writer.elements("requestedCategories", categories) { writer, category in
      writer.start("CategoryRelationship")
      writer.element("IndexOfAndGroup", category.indexOfAndGroup)
      writer.element("CategoryId", category.categoryID)
      writer.end()
    }
  }

  /// Both lists stand in the response itself.
  public static func encode(response: Response, to writer: inout XMLWriter) {
    writer.elements("preferredCategoryIds", response.preferredCategoryIDs) { $0.element("guid", $1) }
    writer.elementIfAny("requestedCategoryIdsInError", response.requestedCategoryIDsInError)
  }

  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request {
    Request(
      requestedCategories: try ElementReader(element).arrayIfPresent(
        "requestedCategories", of: "CategoryRelationship", limit: ClientRequestLimits.categories
      ) { item throws(WireError) in
        CategoryRelationship(
          indexOfAndGroup: try item.int32("IndexOfAndGroup"), categoryID: try item.guid("CategoryId"))
      })
  }

  public static var responseReading: ResponseReading<Response> {
    .tree { root throws(WireError) in
      let response = ElementReader(root)
      return Response(
        preferredCategoryIDs: try response.guids("preferredCategoryIds", limit: .max),
        requestedCategoryIDsInError: try response.guids("requestedCategoryIdsInError", limit: .max))
    }
  }
}
