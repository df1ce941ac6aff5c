/// `ingest_position.mark` is the digest of the last bytes that were taken in, in hexadecimal digits; it was these bytes
/// themselves, and a program may have printed a secret there. Empty: nobody looked. Imports have always kept a digest.
let migration0005 = Migration(
    number: 5,
    sql: """
        UPDATE ingest_position SET mark = x'' WHERE source <> 'import';
        """
)
