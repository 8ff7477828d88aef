# Source this in the repository's folder on a borrowed GPU machine:  . .ci/there.sh
# It unpacks .gpu/*.tar* once, makes the packages in them known, and defines the command `lift`.
for packed in .gpu/*.tar*; do
    [ -e "/opt/${packed##*/}.unpacked" ] && continue
    tar xf "$packed" -C /opt && touch "/opt/${packed##*/}.unpacked"
done
export PYTHONPATH=/opt/site:$PWD XDG_CACHE_HOME=/opt/cache PYTHONUNBUFFERED=1
lift() { python3 -c 'from lift.cli import main; main()' "$@"; }
