// Sizes in whole cache lines, and arrays of floats on large pages.

#pragma once

#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

namespace fastslow {

template <class T>
T larger(T x, T y) { return x > y ? x : y; }

template <class T>
T smaller(T x, T y) { return x < y ? x : y; }

inline void copy(const float* from, long n, float* to) { memcpy(to, from, size_t(n) * sizeof(float)); }
inline void clear(float* x, long n) { memset(x, 0, size_t(n) * sizeof(float)); }

inline long round_up(long n) { return (n + 15) / 16 * 16; }

// Rows an odd number of cache lines apart do not compete for the same places in the cache.
inline long odd_lines(long n) { return (n + 15) / 16 * 16 | 16; }

// Zeros; large arrays on large pages where the system has them.
class Floats {
   public:
    explicit Floats(long n) {
        size_t size = size_t(round_up(larger(n, 1L))) * sizeof(float), line = 64;
#ifdef MADV_HUGEPAGE
        constexpr size_t PAGE = size_t(1) << 21;
        if (size >= PAGE) {
            line = PAGE;
            size = (size + PAGE - 1) / PAGE * PAGE;
        }
#endif
        data = static_cast<float*>(aligned_alloc(line, size));
        if (!data) abort();
#ifdef MADV_HUGEPAGE
        if (line == PAGE) madvise(data, size, MADV_HUGEPAGE);
#endif
        memset(data, 0, size);
    }
    ~Floats() { free(data); }
    Floats(const Floats&) = delete;
    void operator=(Floats&& other) {  // which then frees what was here
        float* old = data;
        data = other.data;
        other.data = old;
    }
    float* get() const { return data; }

   private:
    float* data;
};

// Room for n floats, which stays with the thread: asking the system each time costs more.
inline float* workspace(long n) {
    thread_local Floats room(0);
    thread_local long size = 0;
    if (n > size) {
        room = Floats(n);
        size = n;
    }
    return room.get();
}

}  // namespace fastslow
