import Catalog
import Logging
import UpdateModel
import WireFormat

extension ClientService {
  /// MS-WUSP 3.1.5.11. On disk before it is answered; what cannot be stored the client keeps (WUSP-324).
  @Sendable func reportEventBatch(
    _ request: ReportEventBatch.Request, of caller: ClientCaller
  ) async throws -> ReportEventBatch.Response {
    guard let clientTime = request.clientTime else { throw Refusal.invalidParameters("clientTime") }
    guard let events = request.events else { throw Refusal.invalidParameters("eventBatch") }
    let clientID = caller.cookie.clientID
    do {
      let receipt = try await catalog.storeEvents(events.map { ClientEvent($0) }, of: clientID, clientTime: clientTime)
      for event in receipt.refused.prefix(Self.loggedRefusals) {
        logger.notice("report of \(clientID): \(event)")
      }
      return ReportEventBatch.Response(wasReceived: true)
    } catch let error as CatalogError {
      switch error {
      case .busy, .unknownComputer: throw error
      case .eventBatchTooLarge: throw Refusal.invalidParameters("eventBatch")
      default: break
      }
      logger.error("report of \(clientID): cannot be stored: \(error)")
      return ReportEventBatch.Response(wasReceived: false)
    }
  }

  /// A batch may hold thousands.
  private static let loggedRefusals = 5

  /// No agent calls it. It shows no cookie, so that nothing of it is kept (WUSP-348).
  @Sendable func reportEventBatch2(_ request: ReportEventBatch2.Request) async throws -> ReportEventBatch2.Response {
    ReportEventBatch2.Response(wasReceived: true)
  }

  /// Nobody asks for inventories here: it is dropped (WUSP-348).
  @Sendable func reportInventory(
    _ request: ReportInventory.Request, of caller: ClientCaller
  ) async throws -> ReportInventory.Response {
    ReportInventory.Response(wasReceived: true)
  }

  @Sendable func requiredInventoryType(
    _ request: GetRequiredInventoryType.Request, of caller: ClientCaller
  ) async throws -> GetRequiredInventoryType.Response {
    GetRequiredInventoryType.Response()
  }
}

extension ClientEvent {
  init(_ event: ReportingEvent) {
    self.init(
      targetID: event.clientID ?? "", instanceID: event.instanceID, namespaceID: Int(event.namespaceID),
      eventID: event.eventID, sourceID: event.sourceID, timeAtTarget: event.timeAtTarget, update: event.update,
      result: event.win32HResult, appName: event.appName, deviceID: event.deviceID,
      replacementStrings: event.replacementStrings, miscData: event.miscData)
  }
}
