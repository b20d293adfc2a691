from guest.disk import MEBIBYTE, ROOT_MEBIBYTES, SECTOR, Partition, boot_record, layout


def test_a_partition_entry_is_as_the_bios_reads_it() -> None:
    entry = Partition(kind=0x83, start=0x1234, sectors=0x5678, active=True).entry()
    assert entry.hex() == "80feffff83feffff3412000078560000"
    assert Partition(0x83, 1, 1, active=False).entry()[0] == 0


def test_the_boot_record_is_one_sector_with_its_parts_in_place() -> None:
    partition = Partition(0x0E, 2048, 100, active=True)
    record = boot_record(b"\xeb" * 440, b"NOVA", (partition,))
    assert len(record) == SECTOR
    assert record[:440] == b"\xeb" * 440
    assert record[440:446] == b"NOVA\0\0"
    assert record[446:462] == partition.entry()
    assert record[462:510] == bytes(48)
    assert record[510:] == b"\x55\xaa"


def test_boot_code_that_is_too_long_does_not_move_the_table() -> None:
    assert len(boot_record(b"x" * 512, b"NOVA", ())) == SECTOR


def test_partitions_follow_each_other_on_whole_mebibytes() -> None:
    boot, root = layout(boot_bytes=20 * MEBIBYTE + 1)
    assert boot.start * SECTOR == MEBIBYTE
    assert boot.sectors * SECTOR >= 21 * MEBIBYTE
    assert root.start == boot.start + boot.sectors
    assert root.start * SECTOR % MEBIBYTE == 0
    assert root.sectors * SECTOR == ROOT_MEBIBYTES * MEBIBYTE
    assert boot.active and not root.active


def test_a_tiny_kernel_still_gets_the_least_that_fat16_takes() -> None:
    assert layout(boot_bytes=1)[0].sectors * SECTOR == 17 * MEBIBYTE
