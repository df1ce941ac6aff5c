/// This version of Reprise, as semantic versions are written.
public let repriseVersion = "0.1.0"
