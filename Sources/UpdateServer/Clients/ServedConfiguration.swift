import Catalog
import UpdateModel
import WireFormat

/// What GetConfig answers for as long as this process serves, and since when that is so.
actor ServedConfiguration {
  private let configuration: ClientServiceConfiguration
  private let catalog: Catalog
  private var known: Timestamp?

  init(_ configuration: ClientServiceConfiguration, catalog: Catalog) {
    self.configuration = configuration
    self.catalog = catalog
  }

  /// The same after a restart unless the answer is another one (WUSP-074).
  func lastChange() async throws -> Timestamp {
    if let known { return known }
    let change = try await catalog.lastChange(
      of: ClientConfiguration(
        isRegistrationRequired: configuration.registration == .required,
        authorizationURL: GetAuthConfig.PlugIn.simpleTargeting.serviceURL,
        allowedEventIDs: configuration.allowedEventIDs,
        properties: configuration.properties.map { ClientConfiguration.Property($0.name, $0.value) }))
    known = change
    return change
  }

  func answer() async throws -> GetClientConfig.Response {
    GetClientConfig.Response(
      lastChange: try await lastChange(), isRegistrationRequired: configuration.registration == .required,
      allowedEventIDs: configuration.allowedEventIDs.isEmpty ? nil : configuration.allowedEventIDs,
      properties: configuration.properties)
  }
}

extension ClientServiceConfiguration {
  /// In the order of real servers. Servers below 3.0 tell one (WUSP-082, WUSP-083).
  fileprivate var properties: [GetClientConfig.Property] {
    var properties = [
      GetClientConfig.Property(name: "MaxExtendedUpdatesPerRequest", value: "\(limits.extendedUpdates)")
    ]
    guard protocolVersion >= .firstWithProperties else { return properties }
    for (name, value) in [
      ("PackageServerShare", packageServerShare), ("ProtocolVersion", "\(protocolVersion)"),
      ("IsInventoryRequired", "0"), ("ClientReportingLevel", "2"),
    ] {
      properties.append(GetClientConfig.Property(name: name, value: value))
    }
    return properties
  }
}
