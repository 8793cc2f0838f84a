"""
The C module `_spandsp`: what we use of libspandsp 0.0.6, checked by the C compiler.

I/O: none by itself; the wheel's hook and `python build.py` compile it.

API mode, with `extern "Python"` callbacks: code made at run time would be refused
under the systemd unit's MemoryDenyWriteExecute. What is ours in it is `native.c`.
"""

import contextlib
import shutil
import tempfile
from pathlib import Path

from cffi import FFI  # type: ignore[import-untyped]  # cffi carries no types

MODULE = "ecofax_gateway.spandsp._spandsp"

ffibuilder = FFI()

ffibuilder.cdef(
    """
    typedef struct t38_terminal_state_s t38_terminal_state_t;
    typedef struct t38_core_state_s t38_core_state_t;
    typedef struct t30_state_s t30_state_t;
    typedef struct logging_state_s logging_state_t;

    typedef struct {
        int bit_rate;
        int error_correcting_mode;
        int pages_tx;
        int pages_rx;
        int pages_in_file;
        int x_resolution;
        int y_resolution;
        int width;
        int length;
        int image_size;
        int encoding;
        int bad_rows;
        int longest_bad_row_run;
        int error_correcting_mode_retries;
        int current_status;
        ...;
    } t30_stats_t;

    typedef int t38_tx_packet_handler_t(t38_core_state_t *s, void *user_data,
                                        const uint8_t *buf, int len, int count);
    typedef int t30_phase_b_handler_t(t30_state_t *s, void *user_data, int result);
    typedef int t30_phase_d_handler_t(t30_state_t *s, void *user_data, int result);
    typedef void t30_phase_e_handler_t(t30_state_t *s, void *user_data, int code);
    typedef void t30_real_time_frame_handler_t(t30_state_t *s, void *user_data,
                                               int incoming, const uint8_t *msg,
                                               int len);
    typedef void message_handler_func_t(int level, const char *text);

    t38_terminal_state_t *t38_terminal_init(t38_terminal_state_t *s, int calling_party,
        t38_tx_packet_handler_t *handler, void *user_data);
    int t38_terminal_free(t38_terminal_state_t *s);
    int t38_terminal_send_timeout(t38_terminal_state_t *s, int samples);
    void t38_terminal_set_config(t38_terminal_state_t *s, int config);
    void t38_terminal_set_tep_mode(t38_terminal_state_t *s, int use_tep);
    void t38_terminal_set_fill_bit_removal(t38_terminal_state_t *s, int remove);
    t30_state_t *t38_terminal_get_t30_state(t38_terminal_state_t *s);
    t38_core_state_t *t38_terminal_get_t38_core_state(t38_terminal_state_t *s);
    logging_state_t *t38_terminal_get_logging_state(t38_terminal_state_t *s);

    int t38_core_rx_ifp_packet(t38_core_state_t *s, const uint8_t *buf, int len,
                               uint16_t seq_no);
    void t38_set_t38_version(t38_core_state_t *s, int t38_version);
    void t38_set_redundancy_control(t38_core_state_t *s, int category, int setting);
    logging_state_t *t38_core_get_logging_state(t38_core_state_t *s);

    typedef struct fax_state_s fax_state_t;
    fax_state_t *fax_init(fax_state_t *s, int calling_party);
    int fax_free(fax_state_t *s);
    int fax_rx(fax_state_t *s, int16_t *amp, int len);
    int fax_rx_fillin(fax_state_t *s, int len);
    int fax_tx(fax_state_t *s, int16_t *amp, int max_len);
    void fax_set_transmit_on_idle(fax_state_t *s, int transmit_on_idle);
    void fax_set_tep_mode(fax_state_t *s, int use_tep);
    t30_state_t *fax_get_t30_state(fax_state_t *s);
    logging_state_t *fax_get_logging_state(fax_state_t *s);

    typedef struct g711_state_s g711_state_t;
    g711_state_t *g711_init(g711_state_t *s, int mode);
    int g711_free(g711_state_t *s);
    int g711_decode(g711_state_t *s, int16_t amp[], const uint8_t g711_data[],
                    int g711_bytes);
    int g711_encode(g711_state_t *s, uint8_t g711_data[], const int16_t amp[], int len);

    typedef struct t38_gateway_state_s t38_gateway_state_t;
    typedef struct {
        int bit_rate;
        int error_correcting_mode;
        int pages_transferred;
        ...;
    } t38_stats_t;
    t38_gateway_state_t *t38_gateway_init(t38_gateway_state_t *s,
        t38_tx_packet_handler_t *handler, void *user_data);
    int t38_gateway_free(t38_gateway_state_t *s);
    int t38_gateway_rx(t38_gateway_state_t *s, int16_t amp[], int len);
    int t38_gateway_rx_fillin(t38_gateway_state_t *s, int len);
    int t38_gateway_tx(t38_gateway_state_t *s, int16_t amp[], int max_len);
    void t38_gateway_set_ecm_capability(t38_gateway_state_t *s, int ecm_allowed);
    void t38_gateway_set_transmit_on_idle(t38_gateway_state_t *s, int transmit_on_idle);
    void t38_gateway_set_supported_modems(t38_gateway_state_t *s, int modems);
    void t38_gateway_set_tep_mode(t38_gateway_state_t *s, int use_tep);
    void t38_gateway_set_fill_bit_removal(t38_gateway_state_t *s, int remove);
    void t38_gateway_get_transfer_statistics(t38_gateway_state_t *s, t38_stats_t *t);
    t38_core_state_t *t38_gateway_get_t38_core_state(t38_gateway_state_t *s);
    logging_state_t *t38_gateway_get_logging_state(t38_gateway_state_t *s);

    void t30_terminate(t30_state_t *s);
    int t30_set_tx_ident(t30_state_t *s, const char *id);
    const char *t30_get_rx_ident(t30_state_t *s);
    const char *t30_get_rx_country(t30_state_t *s);
    const char *t30_get_rx_vendor(t30_state_t *s);
    const char *t30_get_rx_model(t30_state_t *s);
    int t30_set_receiver_not_ready(t30_state_t *s, int count);
    void t30_set_tx_file(t30_state_t *s, const char *file, int start, int stop);
    void t30_set_rx_file(t30_state_t *s, const char *file, int stop_page);
    int t30_set_ecm_capability(t30_state_t *s, int enabled);
    int t30_set_rx_encoding(t30_state_t *s, int encoding);
    int t30_set_supported_modems(t30_state_t *s, int supported_modems);
    int t30_set_supported_compressions(t30_state_t *s, int supported);
    int t30_set_supported_resolutions(t30_state_t *s, int supported);
    int t30_set_supported_image_sizes(t30_state_t *s, int supported);
    void t30_set_phase_b_handler(t30_state_t *s, t30_phase_b_handler_t *h, void *u);
    void t30_set_phase_d_handler(t30_state_t *s, t30_phase_d_handler_t *h, void *u);
    void t30_set_phase_e_handler(t30_state_t *s, t30_phase_e_handler_t *h, void *u);
    void t30_set_real_time_frame_handler(t30_state_t *s,
        t30_real_time_frame_handler_t *h, void *u);
    void t30_get_transfer_statistics(t30_state_t *s, t30_stats_t *stats);
    const char *t30_completion_code_to_str(int result);
    logging_state_t *t30_get_logging_state(t30_state_t *s);

    int span_log_set_level(logging_state_t *s, int level);
    int span_log_set_tag(logging_state_t *s, const char *tag);
    void span_log_set_message_handler(logging_state_t *s, message_handler_func_t *f);
    void span_set_message_handler(message_handler_func_t *f);

    typedef struct {
        uint8_t *octets;
        int used;
        int room;
        int packets;
        int most;
    } ecofax_queue_t;
    int ecofax_queue_packet(t38_core_state_t *s, void *user_data, const uint8_t *buf,
                            int len, int count);
    void ecofax_free_queue(ecofax_queue_t *queue);

    typedef struct {
        int max_datagram;
        int small_datagram;
        int redundancy;
        int reach;
        uint8_t *datagram;
        int size;
        ...;
    } ecofax_udptl_t;
    typedef struct {
        int fd;
        unsigned int address_size;
        uint8_t address[128];
    } ecofax_door_t;
    int ecofax_send_udptl(ecofax_udptl_t *udptl, const uint8_t *ifp, int len);
    void ecofax_free_udptl(ecofax_udptl_t *udptl);
    int ecofax_open_door(ecofax_door_t *door, int fd, const char *host, int port);
    int ecofax_step(t38_terminal_state_t *s, ecofax_queue_t *queue,
                    ecofax_udptl_t *udptl, const ecofax_door_t *door, int samples);

    extern "Python" int ecofax_on_phase_b(t30_state_t *s, void *user_data, int fcf);
    extern "Python" int ecofax_on_phase_d(t30_state_t *s, void *user_data, int fcf);
    extern "Python" void ecofax_on_phase_e(t30_state_t *s, void *user_data, int code);
    extern "Python" void ecofax_on_frame(t30_state_t *s, void *user_data, int incoming,
                                         const uint8_t *msg, int len);
    void ecofax_pass_frame(t30_state_t *s, void *user_data, int incoming,
                           const uint8_t *msg, int len);
    extern "Python" void ecofax_on_log(int level, const char *text);
    extern "Python" void ecofax_on_tiff(int is_error, const char *text);
    void ecofax_hear_libtiff(void);

    #define T38_TERMINAL_OPTION_NO_PACING ...
    #define T30_SUPPORT_V27TER ...
    #define T30_SUPPORT_V29 ...
    #define T30_SUPPORT_V17 ...
    #define T30_SUPPORT_T4_1D_COMPRESSION ...
    #define T30_SUPPORT_T4_2D_COMPRESSION ...
    #define T30_SUPPORT_T6_COMPRESSION ...
    #define T30_SUPPORT_STANDARD_RESOLUTION ...
    #define T30_SUPPORT_FINE_RESOLUTION ...
    #define T30_SUPPORT_SUPERFINE_RESOLUTION ...
    #define T30_SUPPORT_R8_RESOLUTION ...
    #define T30_SUPPORT_215MM_WIDTH ...
    #define T30_SUPPORT_UNLIMITED_LENGTH ...
    #define T30_SUPPORT_A4_LENGTH ...
    #define T30_SUPPORT_US_LETTER_LENGTH ...
    #define T30_SUPPORT_US_LEGAL_LENGTH ...
    #define T4_COMPRESSION_ITU_T6 ...
    #define ECOFAX_QUEUE_HEAD ...
    #define ECOFAX_MAX_REACH ...
    #define G711_ALAW ...
    #define G711_ULAW ...
    """
)

ffibuilder.set_source(
    MODULE,
    Path(__file__).with_name("native.c").read_text(),
    libraries=["spandsp", "tiff"],
)


def compile_beside(folder: Path) -> Path:
    """
    Compile the module and put the shared object into *folder*.

    It is made in a temporary folder, which is also the working directory meanwhile:
    setuptools reads, and in old editions rejects, a pyproject.toml that lies there.

    Returns:
        The shared object.
    """
    with (
        tempfile.TemporaryDirectory(prefix="ecofax-build-") as scratch,
        contextlib.chdir(scratch),
    ):
        made = Path(ffibuilder.compile(tmpdir=scratch, verbose=False))
        target = folder / made.name
        # Renamed into place: a process that has the old one mapped keeps it whole.
        fresh = target.with_name(f"{target.name}.new")
        shutil.copyfile(made, fresh)
        fresh.replace(target)
    return target


if __name__ == "__main__":
    compile_beside(Path(__file__).resolve().parent)
