// The low-level SHA-256 calls load no provider and no configuration file, which keeps start-up short.
#define OPENSSL_API_COMPAT 10101
#include <openssl/sha.h>
