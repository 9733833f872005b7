import Catalog
import Offering
import Platform
import UpdateModel

/// What is offered to whom, kept in memory between requests.
///
/// Everything that decides it is loaded once and again when the catalogue says that it changed; what a set of target
/// groups is offered is worked out once for all its computers.
actor OfferBook {
  /// A catalogue that changes all the time, as during a sync, may take this share of the time for loading; between,
  /// answers are true for the moment of the last loading.
  private static let waitPerLoad = 4

  private struct Edition {
    let version: OfferVersion
    let inputs: OfferInputs
    var offers: [Set<GUID>: (offer: GroupOffer, used: UInt64)] = [:]
    /// No other edition before.
    let keepUntil: ContinuousClock.Instant
  }

  private let catalog: Catalog
  private let limit: Int
  private let cheapLoading: Duration
  private let pool: BlockingPool
  private var edition: Edition?
  private var loading: Task<Void, any Error>?
  private var making: [Set<GUID>: Task<GroupOffer, any Error>] = [:]
  private var uses: UInt64 = 0

  /// - Parameters:
  ///   - limit: sets of groups that are remembered; the least recently used goes first.
  ///   - cheapLoading: loading that takes less is done at once.
  ///   - pool: where offers are worked out.
  init(catalog: Catalog, limit: Int, cheapLoading: Duration, pool: BlockingPool) {
    self.catalog = catalog
    self.limit = max(1, limit)
    self.cheapLoading = cheapLoading
    self.pool = pool
  }

  /// What computers of these groups are offered now.
  func offer(to groups: Set<GUID>, at now: Timestamp) async throws -> GroupOffer {
    let version = try await catalog.offerVersion()
    if needsLoading(version) { try await load() }
    // Other callers may have been here meanwhile; their edition is as good.
    guard let edition else { throw CancellationError() }
    uses += 1
    if let kept = edition.offers[groups], now < kept.offer.validUntil {
      self.edition?.offers[groups]?.used = uses
      return kept.offer
    }
    return try await make(groups, of: edition, at: now)
  }

  private func needsLoading(_ version: OfferVersion) -> Bool {
    guard let edition else { return true }
    guard edition.version != version else { return false }
    return edition.version.epoch != version.epoch || ContinuousClock.now >= edition.keepUntil
  }

  /// Callers that come meanwhile wait for the same loading.
  private func load() async throws {
    if let loading { return try await loading.value }
    let task = Task {
      defer { loading = nil }
      let began = ContinuousClock.now
      let (inputs, version) = try await catalog.offerInputs()
      let took = began.duration(to: .now)
      let pause = took < cheapLoading ? .zero : took * Self.waitPerLoad
      edition = Edition(version: version, inputs: inputs, keepUntil: .now + pause)
      making = [:]
    }
    loading = task
    try await task.value
  }

  private func make(_ groups: Set<GUID>, of edition: Edition, at now: Timestamp) async throws -> GroupOffer {
    if let task = making[groups] { return try await task.value }
    let task = Task { [pool, inputs = edition.inputs] in
      try await pool.run { GroupOffer(inputs, groups: groups, at: now) }
    }
    making[groups] = task
    let offer = try await task.value
    // A newer edition has begun its own list.
    if self.edition?.version == edition.version {
      making[groups] = nil
      keep(offer, for: groups)
    }
    return offer
  }

  private func keep(_ offer: GroupOffer, for groups: Set<GUID>) {
    guard var edition else { return }
    self.edition = nil
    if edition.offers.count >= limit, let oldest = edition.offers.min(by: { $0.value.used < $1.value.used }) {
      edition.offers[oldest.key] = nil
    }
    edition.offers[groups] = (offer, uses)
    self.edition = edition
  }
}
