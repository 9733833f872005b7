package import UpdateModel

/// The batches of GetUpdateData between the listing and the catalogue.
///
/// Several batches are open at a time; they leave in the order in which they came in. What an
/// answer lacks is asked again inside its batch, so a batch leaves complete (AMB-17).
package struct BatchQueue: Sendable {
  /// One request that waits to be sent.
  package struct Ask: Hashable, Sendable {
    package enum Topic: Hashable, Sendable { case metadata, decryptionKeys }
    package let topic: Topic
    package let identities: [UpdateIdentity]
    /// These were missing from an answer to this very request: the next absence is final.
    package let isRepeated: Bool
  }

  /// A batch with nothing open any more.
  package struct Finished: Hashable, Sendable {
    /// 1 is the first batch of a listing.
    package let ordinal: Int
    /// The calls whose answers hold the batch, in the order of the answers.
    package let metadataCalls: [CallID]
    package let keyCalls: [CallID]
    /// Never delivered, although asked for alone.
    package let unavailable: [UpdateIdentity]
  }

  private struct Batch {
    let ordinal: Int
    var waiting: [Ask]
    var flying: [CallID: Ask] = [:]
    var metadataCalls: [CallID] = []
    var keyCalls: [CallID] = []
    var unavailable: [UpdateIdentity] = []

    var isFinished: Bool { waiting.isEmpty && flying.isEmpty }
  }

  private var batches: [Batch] = []
  private var added = 0

  package init() {}

  package var openBatches: Int { batches.count }
  package var isEmpty: Bool { batches.isEmpty }

  package mutating func add(_ identities: [UpdateIdentity], topic: Ask.Topic = .metadata) {
    added += 1
    let ask = Ask(topic: topic, identities: identities, isRepeated: false)
    batches.append(Batch(ordinal: added, waiting: [ask]))
  }

  /// Takes the next request of the oldest batch that has one.
  package mutating func take(for call: CallID) -> Ask? {
    guard let index = batches.firstIndex(where: { !$0.waiting.isEmpty }) else { return nil }
    let ask = batches[index].waiting.removeFirst()
    batches[index].flying[call] = ask
    return ask
  }

  package var hasWaiting: Bool { batches.contains { !$0.waiting.isEmpty } }

  /// The batch and the request of a call in flight.
  package func ask(of call: CallID) -> (ordinal: Int, ask: Ask)? {
    for batch in batches {
      if let ask = batch.flying[call] { return (batch.ordinal, ask) }
    }
    return nil
  }

  /// A GetUpdateData answer arrived; `delivered` may be fewer than asked, and others.
  package mutating func answered(_ call: CallID, delivered: Set<UpdateIdentity>) {
    guard let (index, ask) = land(call) else { return }
    batches[index].metadataCalls.append(call)
    askAgain(ask.identities.filter { !delivered.contains($0) }, of: ask, at: index)
  }

  /// A GetUpdateDecryptionData answer arrived.
  package mutating func keysAnswered(_ call: CallID) {
    guard let (index, _) = land(call) else { return }
    batches[index].keyCalls.append(call)
  }

  /// The USS found the parameters invalid: ask for the halves (SSS-167).
  ///
  /// - Returns: the size of the larger half, or nil when there was nothing to halve.
  package mutating func halve(_ call: CallID) -> Int? {
    guard let (index, ask) = land(call), ask.identities.count > 1 else { return nil }
    let middle = (ask.identities.count + 1) / 2
    let halves = [ask.identities[..<middle], ask.identities[middle...]].map {
      Ask(topic: ask.topic, identities: Array($0), isRepeated: false)
    }
    batches[index].waiting.insert(contentsOf: halves, at: 0)
    return middle
  }

  /// The USS was busy: ask the same again.
  package mutating func putBack(_ call: CallID) {
    guard let (index, ask) = land(call) else { return }
    batches[index].waiting.insert(ask, at: 0)
  }

  /// Takes the oldest batch when it is complete; later ones wait for it.
  package mutating func takeFinished() -> Finished? {
    guard let first = batches.first, first.isFinished else { return nil }
    batches.removeFirst()
    return Finished(
      ordinal: first.ordinal, metadataCalls: first.metadataCalls, keyCalls: first.keyCalls,
      unavailable: first.unavailable)
  }

  private mutating func land(_ call: CallID) -> (index: Int, ask: Ask)? {
    for index in batches.indices {
      if let ask = batches[index].flying.removeValue(forKey: call) { return (index, ask) }
    }
    return nil
  }

  /// A short answer is asked again together, as USSs cap the size of an answer; what an answer
  /// lacks entirely is asked alone, and once more before it counts as unavailable.
  private mutating func askAgain(_ missing: [UpdateIdentity], of ask: Ask, at index: Int) {
    if missing.isEmpty { return }
    if missing.count < ask.identities.count {
      let alone = missing.count == 1
      batches[index].waiting.append(Ask(topic: .metadata, identities: missing, isRepeated: alone))
    } else if missing.count > 1 {
      batches[index].waiting += missing.map { Ask(topic: .metadata, identities: [$0], isRepeated: true) }
    } else if ask.isRepeated {
      batches[index].unavailable += missing
    } else {
      batches[index].waiting.append(Ask(topic: .metadata, identities: missing, isRepeated: true))
    }
  }
}
