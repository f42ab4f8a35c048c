"""Writes TensorFlow checkpoints without TensorFlow: a sorted table of LevelDB's form with one message a variable, and a
file of values. Made after tensorflow/core/protobuf/tensor_bundle.proto, core/lib/io/format.h and LevelDB's
doc/table_format.md.
"""
import struct

MAGIC = 0xDB4775248B80FB57
TYPES = {
    'float32': 1, 'float64': 2, 'int32': 3, 'uint8': 4, 'int16': 5, 'int8': 6, 'complex64': 8, 'int64': 9, 'bool': 10,
    'bfloat16': 14, 'complex128': 18, 'float16': 19,
}


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out + bytes([number]))


def field(number, value):
    """A whole number, or a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def block(entries, restart_interval=16):
    """Keys leave out what they share with the one before, but for each 16th."""
    out, restarts, last = bytearray(), [], b''
    for index, (key, value) in enumerate(entries):
        shared = 0
        if index % restart_interval == 0:
            restarts.append(len(out))
        else:
            while shared < min(len(last), len(key)) and last[shared] == key[shared]:
                shared += 1
        out += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        last = key
    restarts = restarts or [0]
    return bytes(out) + b''.join(struct.pack('<I', place) for place in restarts) + struct.pack('<I', len(restarts))


def table(entries, entries_per_block=7):
    out = bytearray()

    def add(content):
        handle = varint(len(out)) + varint(len(content))
        out.extend(content + b'\0' + struct.pack('<I', masked(content + b'\0')))
        return handle

    index = []
    for start in range(0, len(entries), entries_per_block):
        part = entries[start:start + entries_per_block]
        index.append((part[-1][0] + b'\0', add(block(part))))
    meta = add(block([]))
    handles = meta + add(block(index, 1))
    return bytes(out) + handles.ljust(40, b'\0') + struct.pack('<Q', MAGIC)


def write_bundle(prefix, tensors, shards=1, big_endian=False):
    """`tensors`: name -> (type, shape, bytes); a type of None is a text."""
    header = field(1, shards) + (field(2, 1) if big_endian else b'') + field(3, field(1, 1))
    data = [bytearray() for _ in range(shards)]
    entries = [(b'', header)]
    for position, name in enumerate(sorted(tensors, key=lambda key: key.encode())):
        kind, shape, content = tensors[name]
        shard = position % shards
        sizes = b''.join(field(2, field(1, size) if size else b'') for size in shape)
        value = field(1, 7 if kind is None else TYPES[kind]) + field(2, sizes)
        value += (field(3, shard) if shard else b'') + (field(4, len(data[shard])) if data[shard] else b'')
        value += (field(5, len(content)) if content else b'') + varint(6 << 3 | 5) + struct.pack('<I', masked(content))
        entries.append((name.encode(), value))
        data[shard] += content
    with open(prefix + '.index', 'wb') as file:
        file.write(table(entries))
    for shard, content in enumerate(data):
        with open('%s.data-%05d-of-%05d' % (prefix, shard, shards), 'wb') as file:
            file.write(content)
