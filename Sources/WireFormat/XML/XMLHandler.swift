/// Receives the parts of a document as they pass.
///
/// Text comes in pieces of any size. Throwing stops the parser at once.
protocol XMLHandler: AnyObject {
  func start(_ tag: XMLStartTag) throws(WireError)
  func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(WireError)
  func end() throws(WireError)
}
