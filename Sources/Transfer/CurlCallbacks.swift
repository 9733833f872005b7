internal import CCurl

/// The C functions that libcurl calls on the loop's thread; each finds its ``ActiveTransfer`` in the user pointer.
enum CurlCallbacks {
  static func install(on transfer: ActiveTransfer) {
    let easy = transfer.easy.pointer
    let user = Unmanaged.passUnretained(transfer).toOpaque()
    for option in [
      CURLOPT_PRIVATE, CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_XFERINFODATA, CURLOPT_PREREQDATA,
    ] {
      _ = curl_shim_set_pointer(easy, option, user)
    }
    _ = curl_shim_set_write(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, user in
      let buffer = UnsafeRawBufferPointer(start: bytes, count: size * count)
      return CurlCallbacks.transfer(user)?.receivedBody(buffer) ?? 0
    }
    _ = curl_shim_set_write(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, user in
      let buffer = UnsafeRawBufferPointer(start: bytes, count: size * count)
      return CurlCallbacks.transfer(user)?.receivedHeader(buffer) ?? 0
    }
    _ = curl_shim_set_long(easy, CURLOPT_NOPROGRESS, 0)
    _ = curl_shim_set_progress(easy) { user, _, _, _, uploaded in
      CurlCallbacks.transfer(user)?.uploaded(Int64(uploaded))
      return 0
    }
    _ = curl_shim_set_prerequest(easy) { user, _, _, _, _ in
      CurlCallbacks.transfer(user)?.connected()
      return CURL_PREREQFUNC_OK
    }
  }

  /// The transfer that `message` is about.
  static func transfer(of easy: UnsafeMutableRawPointer) -> ActiveTransfer? {
    var user: UnsafeMutableRawPointer?
    guard curl_shim_get_private(easy, &user) == CURLE_OK else { return nil }
    return transfer(user)
  }

  /// The loop keeps a transfer until its handle is out of libcurl: the pointer is good in every callback.
  private static func transfer(_ user: UnsafeMutableRawPointer?) -> ActiveTransfer? {
    user.map { Unmanaged<ActiveTransfer>.fromOpaque($0).takeUnretainedValue() }
  }
}
