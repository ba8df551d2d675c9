# How every target of the project is built.

option(M2C2_TESTS "Build the unit tests" ON)
option(M2C2_BENCH "Build the benchmarks" OFF)
option(M2C2_FUZZ "Build the fuzz harnesses (libFuzzer)" OFF)
set(M2C2_SANITIZE "" CACHE STRING "Sanitizers for everything, e.g. address,undefined")

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

find_program(CCACHE ccache)
if(CCACHE)
  # Without the folder's name in it, what one clone has compiled serves every other.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
endif()
add_link_options(-fuse-ld=lld)
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Werror)

if(M2C2_SANITIZE)
  add_compile_options(-fsanitize=${M2C2_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${M2C2_SANITIZE})
  if(M2C2_SANITIZE MATCHES thread)
    add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)  # TSan does not understand fences
  endif()
endif()

# m2c2_module(<name> [TESTS_ARE_SINGLE_THREADED] SOURCES … [DEPENDS …] [TESTS …] [TEST_DEPENDS …])
# One library m2c2_<name> with the alias m2c2::<name>, and its unit tests in one program m2c2_<name>_test. Those that have one
# thread are left out under the thread sanitizer, which could find nothing in them.
function(m2c2_module name)
  cmake_parse_arguments(arg "TESTS_ARE_SINGLE_THREADED" "" "SOURCES;DEPENDS;TESTS;TEST_DEPENDS" ${ARGN})
  if(arg_SOURCES)
    add_library(m2c2_${name} STATIC ${arg_SOURCES})
    set(visibility PUBLIC)
  else()
    add_library(m2c2_${name} INTERFACE)
    set(visibility INTERFACE)
  endif()
  add_library(m2c2::${name} ALIAS m2c2_${name})
  target_include_directories(m2c2_${name} ${visibility} ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(m2c2_${name} ${visibility} ${arg_DEPENDS})
  if(arg_TESTS_ARE_SINGLE_THREADED AND M2C2_SANITIZE MATCHES thread)
    return()
  endif()
  if(M2C2_TESTS AND arg_TESTS)
    m2c2_test(m2c2_${name}_test SOURCES ${arg_TESTS} DEPENDS m2c2::${name} ${arg_TEST_DEPENDS})
  endif()
endfunction()

# m2c2_test(<program> SOURCES … DEPENDS …): a GoogleTest program, each of its tests known to ctest.
function(m2c2_test program)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${program} ${arg_SOURCES})
  target_include_directories(${program} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${program} PRIVATE ${arg_DEPENDS} GTest::gmock_main)
  gtest_discover_tests(${program} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120)
endfunction()
