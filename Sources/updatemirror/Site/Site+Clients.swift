import Catalog
import Foundation
import Platform
import UpdateModel
import UpdateServer

extension Site {
  /// Client computers without a contact since this moment are silent.
  func silentSince() throws -> Timestamp {
    SystemClock.now().adding(seconds: -(try configuration.seconds(.clientsSilentAfter)))
  }

  /// Who decides which target groups computers are in.
  var targeting: Targeting { configuration.text(.clientsTargeting) == "client" ? .clientSide : .serverSide }

  /// What is kept of reports at a moment.
  func clientRetention(at now: Timestamp) throws -> ClientRetention {
    let seconds = try configuration.seconds(.clientsKeepEvents)
    let maximum = try configuration.integer(.clientsMaximumEvents)
    let oldest = seconds > 0 ? now.adding(seconds: -seconds) : nil
    return ClientRetention(
      eventsBefore: oldest, maximumEvents: maximum > 0 ? maximum : nil, statesBefore: oldest, activityBefore: oldest)
  }

  /// How client computers are served, from the settings `clients.*`.
  ///
  /// - Throws: ``ConfigurationError`` for settings that no client could use.
  func clientServiceConfiguration() throws -> ClientServiceConfiguration {
    var clients = ClientServiceConfiguration()
    clients.registration =
      ClientServiceConfiguration.Registration(rawValue: configuration.text(.clientsRegistration)) ?? .required
    clients.contentHost = configuration.optional(.clientsContentHost)
    let port = try configuration.integer(.clientsContentPort)
    clients.contentPort = port > 0 ? port : nil
    clients.sendsContentOverTLS = configuration.text(.clientsContentScheme) == "https"
    clients.requiresTLS = configuration.text(.clientsTransport) == "https"
    clients.selfUpdateFolder = try selfUpdateFolder()
    clients.limits.pageRevisions = try configuration.integer(.clientsPageSize)
    clients.limits.cookieLifetime = .seconds(try clientCookieLifetime())
    return clients
  }

  private func selfUpdateFolder() throws -> String? {
    guard let path = configuration.optional(.clientsSelfUpdate) else { return nil }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      throw ConfigurationError.badValue(
        place: "setting", key: Setting.clientsSelfUpdate.key, expected: "a folder", found: "none at \"\(path)\"")
    }
    return path
  }

  /// Shorter ones would send clients through the handshake all the time; longer ones would outlive changes.
  private func clientCookieLifetime() throws -> Double {
    let seconds = try configuration.seconds(.clientsCookieLifetime)
    guard (60...86_400).contains(seconds) else {
      throw ConfigurationError.badValue(
        place: "setting", key: Setting.clientsCookieLifetime.key, expected: "1m to 1d",
        found: "\"\(configuration.text(.clientsCookieLifetime))\"")
    }
    return seconds
  }
}
