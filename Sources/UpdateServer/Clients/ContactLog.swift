import Catalog
import Logging
import Synchronization
import UpdateModel

/// Who called when, stored some seconds later for many computers together.
final class ContactLog: Sendable {
  private static let pause: Duration = .seconds(10)

  private let catalog: Catalog
  private let logger: Logger
  private let contacts = Mutex<[ComputerKey: Timestamp]>([:])

  init(catalog: Catalog, logger: Logger) {
    self.catalog = catalog
    self.logger = logger
  }

  func note(_ computer: ComputerKey, at time: Timestamp) { contacts.withLock { $0[computer] = time } }

  /// Stores from time to time until the task is cancelled.
  func run() async {
    while !Task.isCancelled {
      do { try await Task.sleep(for: Self.pause) } catch { return }
      await store()
    }
  }

  /// Stores what came since the last time.
  func store() async {
    let contacts = contacts.withLock { contacts in
      defer { contacts = [:] }
      return contacts.map { ClientContact(computer: $0.key, time: $0.value) }
    }
    if contacts.isEmpty { return }
    do { try await catalog.recordContacts(contacts) } catch {
      logger.error("contacts of \(contacts.count) computers: cannot be stored: \(error)")
    }
  }
}
